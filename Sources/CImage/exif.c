// The one EXIF field that changes what a picture looks like: how the camera was held.
// A JPEG's APP1 segment holds "Exif\0\0" and then a TIFF file, whose first directory lists the fields.

#include <stdbool.h>
#include <string.h>

#include "internal.h"

typedef struct {
    const uint8_t *bytes;
    size_t size;
    bool big_endian;
} tiff;

/// An unsigned integer of 2 or 4 bytes; 0 beyond the end, which no caller takes for something valid.
static uint32_t integer(const tiff *file, size_t offset, size_t length) {
    if (offset > file->size || file->size - offset < length) return 0;
    uint32_t value = 0;
    for (size_t i = 0; i < length; ++i)
        value = value << 8 | file->bytes[offset + (file->big_endian ? i : length - 1 - i)];
    return value;
}

int cimage_exif_orientation(const uint8_t *data, size_t size) {
    enum { tag_orientation = 0x0112, type_short = 3, entry_size = 12 };
    if (size < 14 || memcmp(data, "Exif\0\0", 6) != 0) return 1;
    tiff file = {data + 6, size - 6, data[6] == 'M'};
    if (memcmp(file.bytes, "II", 2) != 0 && memcmp(file.bytes, "MM", 2) != 0) return 1;
    if (integer(&file, 2, 2) != 42) return 1;

    size_t directory = integer(&file, 4, 4);
    uint32_t entries = integer(&file, directory, 2);
    for (uint32_t i = 0; i < entries; ++i) {
        size_t entry = directory + 2 + (size_t)i * entry_size;
        if (integer(&file, entry, 2) != tag_orientation) continue;
        uint32_t value = integer(&file, entry + 8, 2);
        bool valid = integer(&file, entry + 2, 2) == type_short && value >= 1 && value <= 8;
        return valid ? (int)value : 1;
    }
    return 1;
}
