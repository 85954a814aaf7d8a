// Antialiased bilinear resizing, as Pillow and torchvision do it: each output sample is the mean of the
// input samples around it, weighted by a triangle that is as wide as two output pixels (and never narrower
// than two input pixels).
//
// The vertical pass comes first, since along rows it runs over contiguous bytes; each row it makes is at
// once reduced horizontally. Nothing is rounded in between, so a result differs from the exact one by half
// a grey level, and from Pillow's, which rounds after each pass, by at most one. Additions happen in one
// order and are not contracted into fused multiply-adds: every machine gives the same bytes.

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "CImage.h"

#pragma STDC FP_CONTRACT OFF

// The choice between the versions is made while the program is being loaded, before ThreadSanitizer, which
// would trace it, is ready.
#if defined(__x86_64__) && defined(__linux__) && !__has_feature(thread_sanitizer)
#define FOR_WIDE_VECTORS __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define FOR_WIDE_VECTORS
#endif

enum { lanes = 16 };
typedef uint8_t bytes __attribute__((vector_size(lanes)));
typedef float floats __attribute__((vector_size(lanes * sizeof(float))));
typedef float pixel __attribute__((vector_size(4 * sizeof(float))));

/// The input samples that make one output sample: `count` of them from `first` on, and their weights.
typedef struct {
    int32_t first, count;
    const float *weights;
} taps;

/// The taps of the output samples `start ..< start + count`, when `input` samples become `output` samples.
/// One block of memory, to be freed by the caller; NULL when there is none.
static taps *make_taps(int32_t input, int32_t output, int32_t start, int32_t count) {
    double scale = (double)input / output;
    double support = scale > 1 ? scale : 1;
    size_t most = 2 * (size_t)ceil(support) + 1;
    taps *result = malloc((size_t)count * (sizeof(taps) + most * sizeof(float)));
    if (!result) return NULL;
    float *weights = (float *)(result + count);
    for (int32_t i = 0; i < count; ++i, weights += most) {
        double center = (start + i + 0.5) * scale;
        int32_t first = (int32_t)fmax(center - support + 0.5, 0);
        int32_t end = (int32_t)fmin(center + support + 0.5, input);
        double sum = 0;
        for (int32_t j = first; j < end; ++j) sum += fmax(1 - fabs((j - center + 0.5) / support), 0);
        for (int32_t j = first; j < end; ++j)
            weights[j - first] = (float)(fmax(1 - fabs((j - center + 0.5) / support), 0) / sum);
        result[i] = (taps){first, end - first, weights};
    }
    return result;
}

/// One row: `size` weighted sums down the columns of bytes. Writes up to `lanes - 1` floats beyond `size`,
/// and reads no byte beyond it.
FOR_WIDE_VECTORS
static void reduce_rows(const uint8_t *source, size_t stride, size_t size, taps rows, float *output) {
    source += (size_t)rows.first * stride;
    for (size_t i = 0; i < size; i += lanes) {
        size_t present = size - i < lanes ? size - i : lanes;
        const uint8_t *column = source + i;
        floats sum = {0};
        for (int32_t j = 0; j < rows.count; ++j, column += stride) {
            bytes samples = {0};
            if (present == lanes)
                memcpy(&samples, column, lanes);
            else
                memcpy(&samples, column, present);
            sum += __builtin_convertvector(samples, floats) * rows.weights[j];
        }
        memcpy(output + i, &sum, sizeof sum);
    }
}

/// One row: for each output pixel the weighted sum of the pixels of `row`. A pixel is fetched as four floats,
/// of which the last belongs to the next one and is not used.
FOR_WIDE_VECTORS
static void reduce_columns(const float *row, const taps *columns, int32_t count, uint8_t *output,
                           cimage_steps steps) {
    for (int32_t i = 0; i < count; ++i, output += steps.pixel) {
        const float *input = row + 3 * (size_t)columns[i].first;
        pixel sum = {0};
        for (int32_t j = 0; j < columns[i].count; ++j, input += 3) {
            pixel value;
            memcpy(&value, input, sizeof value);
            sum += value * columns[i].weights[j];
        }
        // Weights sum to one, so that the sum stays within 0 and 255 but for rounding errors far below 0.5.
        sum += 0.5f;
        for (int c = 0; c < 3; ++c) output[c * steps.channel] = (uint8_t)sum[c];
    }
}

int cimage_resize(const uint8_t *source, size_t source_width, cimage_rectangle crop, int32_t resized_width,
                  int32_t resized_height, cimage_rectangle window, uint8_t *output, cimage_steps steps) {
    size_t stride = source_width * 3, size = (size_t)crop.width * 3;
    const uint8_t *corner = source + (size_t)crop.y * stride + (size_t)crop.x * 3;
    taps *rows = make_taps(crop.height, resized_height, window.y, window.height);
    taps *columns = make_taps(crop.width, resized_width, window.x, window.width);
    float *row = malloc((size + lanes) * sizeof(float));
    int status = rows && columns && row ? 0 : -1;
    for (int32_t y = 0; status == 0 && y < window.height; ++y, output += steps.row) {
        reduce_rows(corner, stride, size, rows[y], row);
        reduce_columns(row, columns, window.width, output, steps);
    }
    free(rows);
    free(columns);
    free(row);
    return status;
}
