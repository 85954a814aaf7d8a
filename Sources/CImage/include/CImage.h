#ifndef CIMAGE_H
#define CIMAGE_H

#include <stddef.h>
#include <stdint.h>

/// Pixels beyond which a picture is refused: twice the size at which Pillow warns of a decompression
/// bomb, which is where Pillow refuses too.
#define CIMAGE_MAX_PIXELS 178956970u
/// Pixels a side beyond which a picture is refused: JPEG's own limit in libjpeg. A PNG of one row could have
/// millions, and resizing it by its shorter side would ask for billions.
#define CIMAGE_MAX_SIDE 65500u
/// Memory that libjpeg may take for one picture, in bytes. A progressive file of `CIMAGE_MAX_PIXELS`
/// without subsampling needs 1.07 GB for its coefficients.
#define CIMAGE_MAX_JPEG_MEMORY 1200000000L
/// Scans of a progressive JPEG beyond which it is refused: each one costs a walk over the whole picture,
/// however small it is in the file. Encoders write about ten.
#define CIMAGE_MAX_SCANS 100

typedef enum {
    CIMAGE_OK = 0,
    /// Neither a JPEG nor a PNG, by its first bytes.
    CIMAGE_NOT_AN_IMAGE,
    /// A whole file of a kind that is not read, such as a JPEG with 12 bits a sample.
    CIMAGE_UNSUPPORTED,
    /// More pixels, memory or scans than the limits above.
    CIMAGE_TOO_LARGE,
    /// Truncated or damaged.
    CIMAGE_CORRUPT,
    CIMAGE_OUT_OF_MEMORY,
} cimage_status;

typedef struct {
    /// Size in pixels as the picture is meant to be seen, that is, after its EXIF orientation is applied.
    uint32_t width, height;
    /// What is wrong, when the status is not `CIMAGE_OK`.
    char message[256];
} cimage_info;

/// Reads the size of a JPEG or PNG file held in memory.
cimage_status cimage_probe(const uint8_t *data, size_t size, cimage_info *info);

/// Decodes a JPEG or PNG file held in memory to `height` x `width` x 3 bytes, RGB, row by row without
/// padding. Grey becomes RGB, CMYK and YCCK become RGB, alpha is dropped, all as Pillow's `convert("RGB")`
/// does; of 16 bits the upper 8 are kept. The EXIF orientation of a JPEG is applied. `capacity` is the size of
/// `pixels` in bytes; after an error the contents of `pixels` are unspecified.
cimage_status cimage_decode(const uint8_t *data, size_t size, uint8_t *pixels, size_t capacity,
                            cimage_info *info);

/// A rectangle in pixels.
typedef struct {
    int32_t x, y, width, height;
} cimage_rectangle;

/// Where the bytes of an output pixel lie, in bytes from the first byte of the first pixel. A negative
/// `pixel` step writes a row from right to left.
typedef struct {
    ptrdiff_t row, pixel, channel;
} cimage_steps;

/// Resizes `crop`, a part of an RGB picture of `source_width` pixels a row, to `resized_width` x
/// `resized_height` with the antialiased bilinear (triangle) filter of Pillow and torchvision, and writes the
/// part `window` of the result. Pixels outside `crop` are never looked at, as if the crop had been cut out
/// first. Returns 0, or -1 when memory ran out.
int cimage_resize(const uint8_t *source, size_t source_width, cimage_rectangle crop, int32_t resized_width,
                  int32_t resized_height, cimage_rectangle window, uint8_t *output, cimage_steps steps);

/// Unpacks the handwritten digits (see Digits/README.md), a text of one line an image. Returns the number of
/// bytes written, or -1 when they are more than `capacity`.
ptrdiff_t cimage_digits(uint8_t *output, size_t capacity);

/// Continues the CRC-32 of zlib, PNG and gzip over `size` more bytes. Starts from 0.
uint32_t cimage_crc32(uint32_t crc, const uint8_t *data, size_t size);

#endif
