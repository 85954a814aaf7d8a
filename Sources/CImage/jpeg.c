// JPEG through libjpeg-turbo's libjpeg interface. The TurboJPEG interface learnt to limit memory and scans
// only in version 3.0, which long-term distributions do not carry yet; this one could always do it.

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "internal.h"

typedef struct {
    struct jpeg_decompress_struct decoder;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    cimage_status status;
    cimage_info *info;
} reader;

static _Noreturn void fail(reader *self, cimage_status status) {
    self->status = status;
    longjmp(self->escape, 1);
}

static _Noreturn void fail_with_message(reader *self, cimage_status status, const char *message) {
    snprintf(self->info->message, sizeof self->info->message, "%s", message);
    fail(self, status);
}

static _Noreturn void on_error(j_common_ptr decoder) {
    reader *self = decoder->client_data;
    char message[JMSG_LENGTH_MAX];
    self->errors.format_message(decoder, message);
    switch (self->errors.msg_code) {
    case JERR_BAD_PRECISION:
        fail_with_message(self, CIMAGE_UNSUPPORTED,
                          "a JPEG with other than 8 bits a sample; save it again with 8 bits");
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
        fail_with_message(self, CIMAGE_UNSUPPORTED, message);
    case JERR_OUT_OF_MEMORY:
        fail_with_message(self, CIMAGE_OUT_OF_MEMORY, "not enough memory to decode it");
    case JERR_NO_BACKING_STORE:
        fail_with_message(self, CIMAGE_TOO_LARGE, "decoding it would take more memory than is allowed");
    case JERR_IMAGE_TOO_BIG:
        fail_with_message(self, CIMAGE_TOO_LARGE, message);
    default:
        fail_with_message(self, CIMAGE_CORRUPT, message);
    }
}

/// libjpeg paints grey where data is missing and calls that a warning. Here it is an error. Warnings by
/// which no pixel is lost (stray bytes between segments, an odd version number) are let pass, since many
/// photographs in public sets have them.
static void on_message(j_common_ptr decoder, int level) {
    if (level >= 0) return;
    switch (decoder->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_TOO_MUCH_DATA:
        return;
    default:
        on_error(decoder);
    }
}

static void on_progress(j_common_ptr decoder) {
    reader *self = decoder->client_data;
    if (self->decoder.input_scan_number > CIMAGE_MAX_SCANS) {
        snprintf(self->info->message, sizeof self->info->message, "a progressive JPEG with more than %d scans",
                 CIMAGE_MAX_SCANS);
        fail(self, CIMAGE_TOO_LARGE);
    }
}

/// Where a pixel of the stored picture goes in the upright one.
typedef struct {
    ptrdiff_t origin, column, row;
} placement;

static placement upright(int orientation, ptrdiff_t width, ptrdiff_t height) {
    bool transposed = orientation >= 5;
    bool mirrored_x = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    bool mirrored_y = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    ptrdiff_t upright_width = transposed ? height : width;
    ptrdiff_t upright_height = transposed ? width : height;
    ptrdiff_t x = mirrored_x ? -3 : 3;
    ptrdiff_t y = mirrored_y ? -3 * upright_width : 3 * upright_width;
    return (placement){
        .origin = (mirrored_x ? 3 * (upright_width - 1) : 0) +
                  (mirrored_y ? 3 * upright_width * (upright_height - 1) : 0),
        .column = transposed ? y : x,
        .row = transposed ? x : y,
    };
}

static void place_rgb(const uint8_t *line, size_t width, uint8_t *output, ptrdiff_t step) {
    for (size_t i = 0; i < width; ++i, line += 3, output += step) memcpy(output, line, 3);
}

/// Pillow's conversion. Files hold CMYK inverted, as Adobe's programs write it: 255 is no ink.
static void place_cmyk(const uint8_t *line, size_t width, uint8_t *output, ptrdiff_t step) {
    for (size_t i = 0; i < width; ++i, line += 4, output += step) {
        unsigned light = line[3];
        for (int c = 0; c < 3; ++c) {
            unsigned product = (255u - line[c]) * light + 128;
            output[c] = (uint8_t)(light - ((product + (product >> 8)) >> 8));
        }
    }
}

static void read_pixels(reader *self, int orientation, uint8_t *pixels) {
    j_decompress_ptr decoder = &self->decoder;
    bool cmyk = decoder->num_components == 4;
    decoder->out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(decoder);

    size_t width = decoder->output_width;
    placement place = upright(orientation, (ptrdiff_t)width, decoder->output_height);
    uint8_t *output = pixels + place.origin;
    bool direct = !cmyk && orientation == 1;
    JSAMPARRAY line = direct ? NULL
                             : decoder->mem->alloc_sarray((j_common_ptr)decoder, JPOOL_IMAGE,
                                                          (JDIMENSION)width * (cmyk ? 4 : 3), 1);
    for (; decoder->output_scanline < decoder->output_height; output += place.row) {
        JSAMPROW row = output;
        jpeg_read_scanlines(decoder, direct ? &row : line, 1);
        if (cmyk)
            place_cmyk(line[0], width, output, place.column);
        else if (!direct)
            place_rgb(line[0], width, output, place.column);
    }
    // Reads on to the end marker, so that a missing one is noticed.
    jpeg_finish_decompress(decoder);
}

static void read_file(reader *self, const uint8_t *data, size_t size, uint8_t *pixels, size_t capacity) {
    j_decompress_ptr decoder = &self->decoder;
    jpeg_create_decompress(decoder);
    decoder->mem->max_memory_to_use = CIMAGE_MAX_JPEG_MEMORY;
    decoder->progress = &self->progress;
    jpeg_mem_src(decoder, data, (unsigned long)size);
    jpeg_save_markers(decoder, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(decoder, TRUE);

    int orientation = 1;
    for (jpeg_saved_marker_ptr marker = decoder->marker_list; marker && orientation == 1; marker = marker->next)
        orientation = cimage_exif_orientation(marker->data, marker->data_length);
    uint32_t width = decoder->image_width, height = decoder->image_height;
    self->info->width = orientation < 5 ? width : height;
    self->info->height = orientation < 5 ? height : width;

    // libjpeg-turbo 2 refuses other depths itself, version 3 leaves it to the caller.
    if (decoder->data_precision != 8) {
        decoder->err->msg_code = JERR_BAD_PRECISION;
        on_error((j_common_ptr)decoder);
    }
    if (decoder->num_components != 1 && decoder->num_components != 3 && decoder->num_components != 4)
        fail_with_message(self, CIMAGE_UNSUPPORTED, "a JPEG that is neither grey, RGB nor CMYK");
    cimage_status status = cimage_check_size(width, height, pixels, capacity, self->info);
    if (status != CIMAGE_OK) fail(self, status);
    if (pixels) read_pixels(self, orientation, pixels);
}

cimage_status cimage_read_jpeg(const uint8_t *data, size_t size, uint8_t *pixels, size_t capacity,
                               cimage_info *info) {
    // `self` lives in this frame and is reached by address only, so what it holds after longjmp is defined.
    reader self;
    memset(&self, 0, sizeof self);
    self.info = info;
    self.decoder.err = jpeg_std_error(&self.errors);
    self.decoder.client_data = &self;
    self.errors.error_exit = on_error;
    self.errors.emit_message = on_message;
    self.progress.progress_monitor = on_progress;
    if (setjmp(self.escape) == 0) read_file(&self, data, size, pixels, capacity);
    jpeg_destroy_decompress(&self.decoder);
    return self.status;
}
