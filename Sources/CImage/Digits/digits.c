#include <string.h>

#include <zlib.h>

#include "CImage.h"

// `#embed` belongs to C23, and Clang offers it in every version of C since release 19.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t compressed[] = {
#embed "digits.csv.gz"
};

ptrdiff_t cimage_digits(uint8_t *output, size_t capacity) {
    enum { gzip_header = 16 };
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    stream.next_in = (Bytef *)compressed;
    stream.avail_in = sizeof compressed;
    stream.next_out = output;
    stream.avail_out = (uInt)capacity;
    if (inflateInit2(&stream, MAX_WBITS + gzip_header) != Z_OK) return -1;
    int status = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    return status == Z_STREAM_END ? (ptrdiff_t)stream.total_out : -1;
}
