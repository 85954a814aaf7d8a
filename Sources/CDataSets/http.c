// libcurl is opened when something is to be downloaded. So a machine without it runs everything else, and the
// system's own copy is used, with its certificates and security updates: a bundle that carried libcurl would carry
// 18 MiB of libraries for cryptography and directories along.
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "CDataSets.h"

// The part of libcurl's binary interface that is used, which has been the same since 7.32 (2013).
typedef void CURL;
typedef struct curl_slist curl_slist;
enum {
    CURLOPT_URL = 10002,
    CURLOPT_ERRORBUFFER = 10010,
    CURLOPT_USERAGENT = 10018,
    CURLOPT_LOW_SPEED_LIMIT = 19,
    CURLOPT_LOW_SPEED_TIME = 20,
    CURLOPT_HTTPHEADER = 10023,
    CURLOPT_WRITEDATA = 10001,
    CURLOPT_WRITEFUNCTION = 20011,
    CURLOPT_HEADERDATA = 10029,
    CURLOPT_HEADERFUNCTION = 20079,
    CURLOPT_NOPROGRESS = 43,
    CURLOPT_FOLLOWLOCATION = 52,
    CURLOPT_XFERINFODATA = 10057,
    CURLOPT_XFERINFOFUNCTION = 20219,
    CURLOPT_MAXREDIRS = 68,
    CURLOPT_CONNECTTIMEOUT = 78,
    CURLOPT_NOSIGNAL = 99,
    CURLOPT_PROTOCOLS = 181,
    CURLOPT_REDIR_PROTOCOLS = 182,
    CURLPROTO_HTTP = 1,
    CURLPROTO_HTTPS = 2,
    CURLE_OK = 0,
    CURLE_WRITE_ERROR = 23,
    CURLE_ABORTED_BY_CALLBACK = 42,
    CURL_ERROR_SIZE = 256,
};

typedef struct {
    CURL *(*easy_init)(void);
    int (*easy_setopt)(CURL *, int, ...);
    int (*easy_perform)(CURL *);
    void (*easy_cleanup)(CURL *);
    const char *(*easy_strerror)(int);
    curl_slist *(*slist_append)(curl_slist *, const char *);
    void (*slist_free_all)(curl_slist *);
} Curl;

static int load(Curl *curl) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) return 0;
    *(void **)&curl->easy_init = dlsym(library, "curl_easy_init");
    *(void **)&curl->easy_setopt = dlsym(library, "curl_easy_setopt");
    *(void **)&curl->easy_perform = dlsym(library, "curl_easy_perform");
    *(void **)&curl->easy_cleanup = dlsym(library, "curl_easy_cleanup");
    *(void **)&curl->easy_strerror = dlsym(library, "curl_easy_strerror");
    *(void **)&curl->slist_append = dlsym(library, "curl_slist_append");
    *(void **)&curl->slist_free_all = dlsym(library, "curl_slist_free_all");
    return curl->easy_init && curl->easy_setopt && curl->easy_perform && curl->easy_cleanup && curl->easy_strerror &&
           curl->slist_append && curl->slist_free_all;
}

static size_t on_header(char *line, size_t size, size_t count, void *data) {
    const cdatasets_receiver *receiver = data;
    receiver->header(receiver->context, line, size * count);
    return size * count;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *data) {
    const cdatasets_receiver *receiver = data;
    return receiver->body(receiver->context, bytes, size * count) ? size * count : 0;
}

static int on_tick(void *data, long long total, long long now, long long up_total, long long up_now) {
    (void)total, (void)now, (void)up_total, (void)up_now;
    const cdatasets_receiver *receiver = data;
    return !receiver->tick(receiver->context);
}

cdatasets_outcome cdatasets_get(const char *url, const char *const *headers, const cdatasets_receiver *receiver,
                                char *message, size_t capacity) {
    Curl curl;
    CURL *easy;
    if (!load(&curl) || !(easy = curl.easy_init())) return CDATASETS_NO_CURL;
    curl_slist *list = NULL;
    for (; *headers; ++headers) list = curl.slist_append(list, *headers);
    char details[CURL_ERROR_SIZE] = "";

    curl.easy_setopt(easy, CURLOPT_URL, url);
    curl.easy_setopt(easy, CURLOPT_USERAGENT, "swift-mish");
    curl.easy_setopt(easy, CURLOPT_HTTPHEADER, list);
    curl.easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    curl.easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    curl.easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl.easy_setopt(easy, CURLOPT_MAXREDIRS, 10L);
    curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, 30L);
    // A connection that gives nothing for a minute is dead.
    curl.easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl.easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, 60L);
    curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, details);
    curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl.easy_setopt(easy, CURLOPT_HEADERDATA, receiver);
    curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl.easy_setopt(easy, CURLOPT_WRITEDATA, receiver);
    curl.easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl.easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_tick);
    curl.easy_setopt(easy, CURLOPT_XFERINFODATA, receiver);

    const int code = curl.easy_perform(easy);
    snprintf(message, capacity, "%s", details[0] ? details : curl.easy_strerror(code));
    curl.easy_cleanup(easy);
    curl.slist_free_all(list);
    switch (code) {
        case CURLE_OK: return CDATASETS_DONE;
        case CURLE_WRITE_ERROR:
        case CURLE_ABORTED_BY_CALLBACK: return CDATASETS_STOPPED;
        default: return CDATASETS_FAILED;
    }
}
