/* A disk that fails on demand: preloaded (LD_PRELOAD), it lets calls of the C library on some files fail.
 *
 * OPORA_FAILING_SWITCH names a file; while it is there, it says which calls fail: "write 5 0 /data/" is a kind (read,
 * write, sync), the error's number, how many calls of the kind go well before, and a piece of the paths that are meant.
 *
 * ENOSPC fails only what would make a file longer, as on a full disk.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_int seen;

static int is_meant(int fd, const char *piece)
{
	char link[64], path[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, path, sizeof path - 1);
	if (length < 0)
		return 0;
	path[length] = 0;
	return strstr(path, piece) != NULL;
}

/* The number of the error that this call is to end with, or 0. */
static int failure(const char *kind, int fd, off_t end)
{
	char wanted[16] = "", piece[256] = "";
	int number = 0, before = 0, kept = errno;
	struct stat file;
	const char *name = getenv("OPORA_FAILING_SWITCH");
	FILE *told = name ? fopen(name, "re") : NULL;
	if (told) {
		if (fscanf(told, "%15s %d %d %255s", wanted, &number, &before, piece) != 4)
			wanted[0] = 0;
		fclose(told);
	} else
		seen = 0;
	errno = kept;
	if (strcmp(wanted, kind) || !is_meant(fd, piece))
		return 0;
	if (number == ENOSPC && !fstat(fd, &file) && end <= file.st_size)
		return 0;
	return seen++ < before ? 0 : number;
}

static off_t length_of(const struct iovec *parts, int count)
{
	off_t length = 0;
	while (count--)
		length += parts[count].iov_len;
	return length;
}

#define AFTER(fd, length) (lseek(fd, 0, SEEK_CUR) + (off_t)(length))

#define FAILING(result, name, kind, end, parameters, ...) \
	result name parameters \
	{ \
		static result(*real) parameters; \
		if (!real) \
			real = (result(*) parameters) dlsym(RTLD_NEXT, #name); \
		int number = failure(kind, fd, end); \
		if (!number) \
			return real(__VA_ARGS__); \
		errno = number; \
		return -1; \
	}

FAILING(ssize_t, read, "read", 0, (int fd, void *to, size_t length), fd, to, length)
FAILING(ssize_t, pread, "read", 0, (int fd, void *to, size_t length, off_t at), fd, to, length, at)
FAILING(ssize_t, pread64, "read", 0, (int fd, void *to, size_t length, off64_t at), fd, to, length, at)
FAILING(ssize_t, write, "write", AFTER(fd, length), (int fd, const void *from, size_t length), fd, from, length)
FAILING(ssize_t, pwrite, "write", at + length, (int fd, const void *from, size_t length, off_t at), fd, from, length, at)
FAILING(ssize_t, pwrite64, "write", at + length, (int fd, const void *from, size_t length, off64_t at), fd, from,
	length, at)
FAILING(ssize_t, pwritev, "write", at + length_of(parts, count),
	(int fd, const struct iovec *parts, int count, off_t at), fd, parts, count, at)
FAILING(ssize_t, pwritev64, "write", at + length_of(parts, count),
	(int fd, const struct iovec *parts, int count, off64_t at), fd, parts, count, at)
FAILING(int, fsync, "sync", 0, (int fd), fd)
FAILING(int, fdatasync, "sync", 0, (int fd), fd)

/* Returns the number and leaves errno alone. */
int posix_fallocate(int fd, off_t at, off_t length)
{
	static int (*real)(int, off_t, off_t);
	if (!real)
		real = (int (*)(int, off_t, off_t))dlsym(RTLD_NEXT, "posix_fallocate");
	int number = failure("write", fd, at + length);
	return number ? number : real(fd, at, length);
}
