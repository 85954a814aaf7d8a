// A libFuzzer target for the image decoders. From the root of the project:
//
//     clang -g -O1 -fsanitize=fuzzer,address,undefined -ISources/CImage/include Tests/Reference/image_fuzzer.c \
//         Sources/CImage/*.c -ljpeg -lpng -lz -lm -o /tmp/image_fuzzer
//     mkdir -p /tmp/corpus && /tmp/image_fuzzer -runs=1000000 /tmp/corpus Tests/VisionTests/Fixtures

#include <stdlib.h>
#include <string.h>

#include "CImage.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum { most = 50000000 };
    cimage_info info;
    if (cimage_probe(data, size, &info) != CIMAGE_OK) return 0;
    size_t capacity = (size_t)info.width * info.height * 3;
    if (capacity > most) return 0;
    uint8_t *pixels = malloc(capacity);
    cimage_decode(data, size, pixels, capacity, &info);
    free(pixels);
    return 0;
}

/// Mutates at random, and mostly gives the chunks of a PNG the checksums of their contents, without which hardly
/// any mutation would get past libpng's first check.
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed) {
    size = LLVMFuzzerMutate(data, size, capacity);
    if (size < 8 || data[0] != 0x89 || seed % 8 == 0) return size;
    for (size_t chunk = 8; chunk + 12 <= size;) {
        size_t length = 0;
        for (int i = 0; i < 4; ++i) length = length << 8 | data[chunk + i];
        if (length > size - chunk - 12) break;
        uint32_t crc = cimage_crc32(0, data + chunk + 4, length + 4);
        uint8_t *end = data + chunk + 8 + length;
        for (int i = 0; i < 4; ++i) end[i] = (uint8_t)(crc >> (24 - 8 * i));
        chunk += length + 12;
    }
    return size;
}
