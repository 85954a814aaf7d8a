// What the decoders share.
#ifndef CIMAGE_INTERNAL_H
#define CIMAGE_INTERNAL_H

#include "CImage.h"

/// Decodes into `pixels`, or only fills in `info` when `pixels` is NULL.
cimage_status cimage_read_jpeg(const uint8_t *data, size_t size, uint8_t *pixels, size_t capacity,
                               cimage_info *info);
cimage_status cimage_read_png(const uint8_t *data, size_t size, uint8_t *pixels, size_t capacity,
                              cimage_info *info);

/// Refuses too many pixels, and a buffer that is too small for those that there are.
cimage_status cimage_check_size(uint64_t width, uint64_t height, const uint8_t *pixels, size_t capacity,
                                cimage_info *info);

/// The EXIF orientation, 1 to 8, from the body of a JPEG APP1 segment; 1 when it says none.
int cimage_exif_orientation(const uint8_t *data, size_t size);

#endif
