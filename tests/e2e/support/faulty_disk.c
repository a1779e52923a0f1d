/* A disk with faults on command. The file named by FAULTY_DISK says which, as long as it is there:
 *   flush      every flush fails with EIO
 *   read-only  nothing can be written or opened for writing below a folder named "data" (EROFS)
 * Each failure adds a byte to the file of that name with ".hits". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name, result, ...) ((result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

static int real_open(const char *path, int flags, mode_t mode) {
  return REAL("open", int, const char *, int, ...)(path, flags, mode);
}

static int fails(const char *fault, int error) {
  const char *control = getenv("FAULTY_DISK");
  char text[4096] = {0};
  int saved = errno;
  int file = control == NULL ? -1 : real_open(control, O_RDONLY, 0);
  if (file < 0) {
    errno = saved;
    return 0;
  }
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0 || strcmp(text, fault) != 0) {
    errno = saved;
    return 0;
  }
  snprintf(text, sizeof text, "%s.hits", control);
  file = real_open(text, O_WRONLY | O_CREAT | O_APPEND, 0666);
  if (file >= 0) {
    (void)!write(file, "x", 1);
    close(file);
  }
  errno = error;
  return 1;
}

static int flush_fails(void) { return fails("flush", EIO); }

int fsync(int file) { return flush_fails() ? -1 : REAL("fsync", int, int)(file); }

int fdatasync(int file) { return flush_fails() ? -1 : REAL("fdatasync", int, int)(file); }

int syncfs(int file) { return flush_fails() ? -1 : REAL("syncfs", int, int)(file); }

int msync(void *start, size_t length, int flags) {
  return flush_fails() ? -1 : REAL("msync", int, void *, size_t, int)(start, length, flags);
}

int sync_file_range(int file, off64_t offset, off64_t bytes, unsigned int flags) {
  return flush_fails() ? -1 : REAL("sync_file_range", int, int, off64_t, off64_t, unsigned int)(file, offset, bytes, flags);
}

static int write_fails(void) { return fails("read-only", EROFS); }

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
  return write_fails() ? -1 : REAL("pwrite", ssize_t, int, const void *, size_t, off_t)(file, bytes, length, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
  return write_fails() ? -1 : REAL("pwrite64", ssize_t, int, const void *, size_t, off64_t)(file, bytes, length, offset);
}

int ftruncate(int file, off_t length) {
  return write_fails() ? -1 : REAL("ftruncate", int, int, off_t)(file, length);
}

int ftruncate64(int file, off64_t length) {
  return write_fails() ? -1 : REAL("ftruncate64", int, int, off64_t)(file, length);
}

static int open_fails(const char *path, int flags) {
  return (flags & (O_WRONLY | O_RDWR)) != 0 && strstr(path, "/data/") != NULL && write_fails();
}

#define OPEN(name)                                                                                 \
  int name(const char *path, int flags, ...) {                                                     \
    va_list rest;                                                                                  \
    va_start(rest, flags);                                                                         \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0;                      \
    va_end(rest);                                                                                  \
    return open_fails(path, flags) ? -1                                                            \
                                   : REAL(#name, int, const char *, int, ...)(path, flags, mode);  \
  }

OPEN(open)
OPEN(open64)
