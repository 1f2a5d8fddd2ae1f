#ifndef COUNTING_MALLOC_H
#define COUNTING_MALLOC_H

/// How many blocks this process has asked for since it began (glibc only; 0 elsewhere).
unsigned long counting_malloc_count(void);

#endif
