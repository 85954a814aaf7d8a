#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "CDataSets.h"

cdatasets_gzip *cdatasets_gzip_open(const char *path) {
    gzFile file = gzopen(path, "rbe");
    if (file) gzbuffer(file, 1 << 18);
    return (cdatasets_gzip *)file;
}

long cdatasets_gzip_read(cdatasets_gzip *handle, void *bytes, unsigned count, const char **message) {
    gzFile file = (gzFile)handle;
    const int got = gzread(file, bytes, count);
    // zlib would hand a file that is not compressed through as it is.
    if (got >= 0 && gzdirect(file)) {
        *message = "it is not a gzip file";
        return -1;
    }
    int code = Z_OK;
    const char *text = gzerror(file, &code);
    if (got < 0 || code == Z_BUF_ERROR) {
        *message = code == Z_ERRNO ? strerror(errno) : code == Z_BUF_ERROR ? "it ends too early" : text;
        return -1;
    }
    return got;
}

long long cdatasets_gzip_position(cdatasets_gzip *file) { return gzoffset((gzFile)file); }

void cdatasets_gzip_close(cdatasets_gzip *file) { gzclose((gzFile)file); }
