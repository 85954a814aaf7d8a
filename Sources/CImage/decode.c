// The door: content decides which decoder reads a file, never its name.

#include <stdio.h>
#include <string.h>

#include "internal.h"

static cimage_status read_image(const uint8_t *data, size_t size, uint8_t *pixels, size_t capacity,
                                cimage_info *info) {
    static const uint8_t jpeg[] = {0xFF, 0xD8, 0xFF};
    static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    memset(info, 0, sizeof *info);
    if (size >= sizeof jpeg && memcmp(data, jpeg, sizeof jpeg) == 0)
        return cimage_read_jpeg(data, size, pixels, capacity, info);
    if (size >= sizeof png && memcmp(data, png, sizeof png) == 0)
        return cimage_read_png(data, size, pixels, capacity, info);
    snprintf(info->message, sizeof info->message, "neither a JPEG nor a PNG");
    return CIMAGE_NOT_AN_IMAGE;
}

cimage_status cimage_probe(const uint8_t *data, size_t size, cimage_info *info) {
    return read_image(data, size, NULL, 0, info);
}

cimage_status cimage_decode(const uint8_t *data, size_t size, uint8_t *pixels, size_t capacity,
                            cimage_info *info) {
    return read_image(data, size, pixels, capacity, info);
}

cimage_status cimage_check_size(uint64_t width, uint64_t height, const uint8_t *pixels, size_t capacity,
                                cimage_info *info) {
    // Neither side exceeds 2^32, so the product fits in 64 bits.
    if (width > CIMAGE_MAX_SIDE || height > CIMAGE_MAX_SIDE || width * height > CIMAGE_MAX_PIXELS) {
        snprintf(info->message, sizeof info->message,
                 "%llu x %llu pixels; at most %u a side and %u in all are read", (unsigned long long)width,
                 (unsigned long long)height, CIMAGE_MAX_SIDE, CIMAGE_MAX_PIXELS);
        return CIMAGE_TOO_LARGE;
    }
    if (pixels && width * height * 3 > capacity) {
        snprintf(info->message, sizeof info->message, "the buffer is smaller than the picture");
        return CIMAGE_TOO_LARGE;
    }
    return CIMAGE_OK;
}
