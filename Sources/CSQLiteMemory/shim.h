/* sqlite3_config takes a variable number of arguments, which cannot be called from Swift. */
int sqlite3_config(int, ...);

/* Option 9 is SQLITE_CONFIG_MEMSTATUS. Must come before the library is used for the first time. */
static inline int martlet_sqlite_count_memory(int is_on) { return sqlite3_config(9, is_on); }
