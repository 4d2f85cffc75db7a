/*
 * liblz4's side of the decoding benchmark.
 *   native-lz4 pack SOURCE CLUSTERS SIZE   cuts SOURCE into blocks that fill at most SIZE bytes each
 *   native-lz4 decode CLUSTERS             decodes all of them once per line read from stdin, and answers
 *                                          each line with the nanoseconds that it took
 * CLUSTERS is a sequence of: decoded length, encoded length (u32, host order), encoded bytes.
 */
#include <lz4.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *read_all(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	char *bytes;

	if (!file) {
		perror(path);
		exit(1);
	}
	fseek(file, 0, SEEK_END);
	*size = ftell(file);
	rewind(file);
	bytes = malloc(*size);
	if (!bytes || fread(bytes, 1, *size, file) != *size) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(1);
	}
	fclose(file);
	return bytes;
}

static int pack(const char *source, const char *clusters, int capacity)
{
	size_t size, done = 0;
	char *bytes = read_all(source, &size);
	char *out = malloc(capacity);
	FILE *file = fopen(clusters, "wb");

	while (done < size) {
		int consumed = size - done > (1 << 24) ? 1 << 24 : (int)(size - done);
		int produced = LZ4_compress_destSize(bytes + done, out, &consumed, capacity);
		uint32_t header[2] = { consumed, produced };

		fwrite(header, sizeof(header), 1, file);
		fwrite(out, produced, 1, file);
		done += consumed;
	}
	return fclose(file);
}

static int decode(const char *clusters)
{
	size_t size;
	char *bytes = read_all(clusters, &size);
	char *out = malloc(1 << 24);
	char line[16];

	while (fgets(line, sizeof(line), stdin)) {
		struct timespec start, end;
		size_t at = 0;

		clock_gettime(CLOCK_MONOTONIC, &start);
		while (at < size) {
			uint32_t header[2];

			memcpy(header, bytes + at, sizeof(header));
			at += sizeof(header);
			if (LZ4_decompress_safe(bytes + at, out, header[1], header[0]) != (int)header[0])
				return 1;
			at += header[1];
		}
		clock_gettime(CLOCK_MONOTONIC, &end);
		printf("%lld\n", (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec);
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "pack"))
		return pack(argv[2], argv[3], atoi(argv[4]));
	if (argc == 3 && !strcmp(argv[1], "decode"))
		return decode(argv[2]);
	return 2;
}
