/* The processor's instructions for the Castagnoli checksum, which Swift has no names for. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>

/* Whether this processor has them. */
static inline int martlet_has_crc32c(void) {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSE4_2) != 0;
}

#define MARTLET_CRC32C __attribute__((target("crc32")))
#define MARTLET_CRC32C_WORD(state, word) ((uint32_t)__builtin_ia32_crc32di((state), (word)))
#define MARTLET_CRC32C_BYTE(state, byte) __builtin_ia32_crc32qi((state), (byte))

#elif defined(__aarch64__) && defined(__linux__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include <sys/auxv.h>

/* Whether this processor has them: HWCAP_CRC32. */
static inline int martlet_has_crc32c(void) { return (getauxval(AT_HWCAP) & (1UL << 7)) != 0; }

#define MARTLET_CRC32C __attribute__((target("crc")))
#define MARTLET_CRC32C_WORD(state, word) __builtin_arm_crc32cd((state), (word))
#define MARTLET_CRC32C_BYTE(state, byte) __builtin_arm_crc32cb((state), (byte))

#else
#define MARTLET_NO_CRC32C
#endif

#if defined(MARTLET_NO_CRC32C)
static inline int martlet_has_crc32c(void) { return 0; }
static inline uint32_t martlet_crc32c(uint32_t state, const void *bytes, size_t count) { return state; }
#else
/* Carries the state over more bytes. Only where martlet_has_crc32c() says so. */
MARTLET_CRC32C static inline uint32_t martlet_crc32c(uint32_t state, const void *bytes, size_t count) {
    const unsigned char *next = bytes;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        state = MARTLET_CRC32C_WORD(state, word);
    }
    for (; count > 0; count--, next++) state = MARTLET_CRC32C_BYTE(state, *next);
    return state;
}
#endif
