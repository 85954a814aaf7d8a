// HTTP by libcurl and gzip by zlib, for data sets.
#ifndef CDATASETS_H
#define CDATASETS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Who is told of a transfer. Each function gets `context` first.
typedef struct {
    void *context;
    /// A line of the response's header, its line end included; each response of a redirection sends its own.
    void (*header)(void *context, const char *line, size_t length);
    /// A piece of the body. Returns whether to go on.
    int (*body)(void *context, const void *bytes, size_t length);
    /// Called at least once a second. Returns whether to go on.
    int (*tick)(void *context);
} cdatasets_receiver;

typedef enum {
    CDATASETS_DONE,
    /// The receiver did not want to go on.
    CDATASETS_STOPPED,
    /// No answer, or it broke off; the message says why.
    CDATASETS_FAILED,
    /// This machine has no libcurl.
    CDATASETS_NO_CURL,
} cdatasets_outcome;

/// GET of an http or https URL, redirections followed. `headers` ends with NULL. The message is cut to `capacity`.
cdatasets_outcome cdatasets_get(const char *url, const char *const *headers, const cdatasets_receiver *receiver,
                                char *message, size_t capacity);

/// A gzip file that is read.
typedef struct cdatasets_gzip cdatasets_gzip;

/// Opens a file; NULL, with `errno`, when that fails.
cdatasets_gzip *cdatasets_gzip_open(const char *path);

/// Decompresses up to `count` bytes, fewer only at the end. Returns how many, or -1 with a message when the file
/// is no gzip file, is damaged (its CRC tells) or ends too early.
long cdatasets_gzip_read(cdatasets_gzip *file, void *bytes, unsigned count, const char **message);

/// How many bytes of the compressed file have been used.
long long cdatasets_gzip_position(cdatasets_gzip *file);

void cdatasets_gzip_close(cdatasets_gzip *file);

#ifdef __cplusplus
}
#endif

#endif
