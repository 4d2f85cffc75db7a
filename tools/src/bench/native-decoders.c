/*
 * The native side of the decoding benchmark.
 *   native-decoders ALGORITHM CLUSTERS   decodes all clusters once per line read from stdin, and answers each line
 *                                        with the nanoseconds that it took
 * ALGORITHM is EROFS' id: 0 LZ4 (liblz4), 1 MicroLZMA (liblzma), 2 DEFLATE (zlib), 3 Zstandard (libzstd).
 * CLUSTERS is a sequence of: decoded length, encoded length (u32, host order), encoded bytes.
 * Decoders are set up once and reset for each cluster, as a file system would.
 */
#include <lz4.h>
#include <lzma.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>
#include <zstd.h>

/* Larger than the window of any cluster. */
#define LZMA_DICTIONARY (8u << 20)

/* Each answers whether exactly out_size bytes came out. */
typedef int (*decoder)(const void *in, size_t in_size, void *out, size_t out_size);

static int decode_lz4(const void *in, size_t in_size, void *out, size_t out_size)
{
	return LZ4_decompress_safe(in, out, (int)in_size, (int)out_size) == (int)out_size;
}

static int decode_lzma(const void *in, size_t in_size, void *out, size_t out_size)
{
	static lzma_stream stream = LZMA_STREAM_INIT;

	if (lzma_microlzma_decoder(&stream, in_size, out_size, 1, LZMA_DICTIONARY) != LZMA_OK)
		return 0;
	stream.next_in = in;
	stream.avail_in = in_size;
	stream.next_out = out;
	stream.avail_out = out_size;
	return lzma_code(&stream, LZMA_FINISH) == LZMA_STREAM_END && stream.avail_out == 0;
}

static int decode_deflate(const void *in, size_t in_size, void *out, size_t out_size)
{
	static z_stream stream;
	static int ready;

	if (!ready && inflateInit2(&stream, -MAX_WBITS) != Z_OK)
		return 0;
	ready = 1;
	if (inflateReset(&stream) != Z_OK)
		return 0;
	stream.next_in = (void *)in;
	stream.avail_in = in_size;
	stream.next_out = out;
	stream.avail_out = out_size;
	return inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0;
}

static int decode_zstd(const void *in, size_t in_size, void *out, size_t out_size)
{
	static ZSTD_DCtx *context;

	if (!context)
		context = ZSTD_createDCtx();
	return ZSTD_decompressDCtx(context, out, out_size, in, in_size) == out_size;
}

static const decoder decoders[] = { decode_lz4, decode_lzma, decode_deflate, decode_zstd };

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

static int decode_all(decoder decode, const char *bytes, size_t size, char *out)
{
	size_t at = 0;

	while (at < size) {
		uint32_t header[2];

		memcpy(header, bytes + at, sizeof(header));
		at += sizeof(header);
		if (!decode(bytes + at, header[1], out, header[0]))
			return 0;
		at += header[1];
	}
	return 1;
}

int main(int argc, char **argv)
{
	size_t size;
	char *bytes, *out = malloc(1 << 24);
	char line[16];

	if (argc != 3 || argv[1][0] < '0' || argv[1][0] > '3' || !out)
		return 2;
	bytes = read_all(argv[2], &size);
	while (fgets(line, sizeof(line), stdin)) {
		struct timespec start, end;

		clock_gettime(CLOCK_MONOTONIC, &start);
		if (!decode_all(decoders[argv[1][0] - '0'], bytes, size, out))
			return 1;
		clock_gettime(CLOCK_MONOTONIC, &end);
		printf("%lld\n", (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec);
		fflush(stdout);
	}
	return 0;
}
