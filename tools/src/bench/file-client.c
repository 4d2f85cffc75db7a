// What programs do with files, timed: one workload a run, its seconds on standard output.
// cc -O2 -pthread file-client.c -o file-client; file-client WORKLOAD PATH [JOBS [COUNT]]
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static char buffer[1 << 20] __attribute__((aligned(4096)));
static long count;

static void read_file(int directory, const char *name) {
  int fd = openat(directory, name, O_RDONLY);
  if (fd < 0) fail(name);
  ssize_t got;
  while ((got = read(fd, buffer, sizeof buffer)) > 0) count += got;
  if (got < 0) fail(name);
  close(fd);
}

// Everything below a directory: each entry's attributes, and the content of files where that is wanted.
static void walk(int fd, int with_content) {
  DIR *directory = fdopendir(fd);
  if (!directory) fail("fdopendir");
  for (struct dirent *entry; (entry = readdir(directory));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    struct stat status;
    if (fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW)) fail(entry->d_name);
    if (!with_content) count++;
    if (S_ISDIR(status.st_mode)) {
      int child = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY);
      if (child < 0) fail(entry->d_name);
      walk(child, with_content);
    } else if (with_content && S_ISREG(status.st_mode)) {
      read_file(fd, entry->d_name);
    }
  }
  closedir(directory);
}

struct job {
  pthread_t thread;
  const char *path;
  long reads;
  uint64_t seed;
};

static void *random_reads(void *argument) {
  struct job *job = argument;
  int fd = open(job->path, O_RDONLY | O_DIRECT);
  if (fd < 0) fail(job->path);
  off_t blocks = lseek(fd, 0, SEEK_END) / 4096;
  void *target = aligned_alloc(4096, 4096);
  uint64_t state = job->seed;
  for (long i = 0; i < job->reads; i++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    if (pread(fd, target, 4096, (off_t)(state % blocks) * 4096) != 4096) fail("pread");
  }
  close(fd);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const char *workload = argv[1], *path = argv[2];
  double start = now();
  if (!strcmp(workload, "walk") || !strcmp(workload, "read")) {
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    if (fd < 0) fail(path);
    walk(fd, !strcmp(workload, "read"));
  } else if (!strcmp(workload, "sequential")) {
    read_file(AT_FDCWD, path);
  } else if (!strcmp(workload, "random")) {
    int jobs = argc > 3 ? atoi(argv[3]) : 1;
    long reads = argc > 4 ? atol(argv[4]) : 20000;
    struct job list[64];
    if (jobs > 64) return 2;
    for (int i = 0; i < jobs; i++) {
      list[i] = (struct job){.path = path, .reads = reads / jobs, .seed = 88172645463325252u + i};
      if (pthread_create(&list[i].thread, NULL, random_reads, &list[i])) fail("pthread_create");
    }
    for (int i = 0; i < jobs; i++) pthread_join(list[i].thread, NULL);
    count = reads;
  } else {
    return 2;
  }
  printf("%.6f %ld\n", now() - start, count);
  return 0;
}
