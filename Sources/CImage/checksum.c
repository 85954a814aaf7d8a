#include <zlib.h>

#include "CImage.h"

uint32_t cimage_crc32(uint32_t crc, const uint8_t *data, size_t size) {
    return (uint32_t)crc32_z(crc, data, size);
}
