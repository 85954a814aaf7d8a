// PNG through libpng.

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "internal.h"

typedef struct {
    png_structp png;
    png_infop header;
    png_bytep *rows;
    const uint8_t *next, *end;
    jmp_buf escape;
    cimage_status status;
    cimage_info *info;
} reader;

static _Noreturn void fail(reader *self, cimage_status status, const char *message) {
    self->status = status;
    if (message) snprintf(self->info->message, sizeof self->info->message, "%s", message);
    longjmp(self->escape, 1);
}

static _Noreturn void on_error(png_structp png, png_const_charp message) {
    fail(png_get_error_ptr(png), CIMAGE_CORRUPT, message);
}

/// libpng's warnings concern side data only; missing pixels are errors.
static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void on_read(png_structp png, png_bytep output, size_t size) {
    reader *self = png_get_io_ptr(png);
    if ((size_t)(self->end - self->next) < size) fail(self, CIMAGE_CORRUPT, "the file ends too early");
    memcpy(output, self->next, size);
    self->next += size;
}

static void read_file(reader *self, uint8_t *pixels, size_t capacity) {
    self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, self, on_error, on_warning);
    if (!self->png) fail(self, CIMAGE_OUT_OF_MEMORY, "not enough memory to decode it");
    self->header = png_create_info_struct(self->png);
    if (!self->header) fail(self, CIMAGE_OUT_OF_MEMORY, "not enough memory to decode it");
    png_structp png = self->png;
    png_set_read_fn(png, self, on_read);
    // Dimensions are judged by their product below; text and colour profiles are not even decompressed.
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    static const png_byte unused[] = "iCCP\0iTXt\0tEXt\0zTXt\0eXIf\0sPLT";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, unused, sizeof unused / 5);
    png_read_info(png, self->header);

    png_uint_32 width = png_get_image_width(png, self->header);
    png_uint_32 height = png_get_image_height(png, self->header);
    self->info->width = width;
    self->info->height = height;
    cimage_status status = cimage_check_size(width, height, pixels, capacity, self->info);
    if (status != CIMAGE_OK) fail(self, status, NULL);
    if (!pixels) return;

    png_set_expand(png);
    png_set_strip_16(png);
    png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, self->header);
    size_t row_size = (size_t)width * 3;
    if (png_get_rowbytes(png, self->header) != row_size)
        fail(self, CIMAGE_UNSUPPORTED, "a PNG of a kind that does not become RGB");

    self->rows = malloc(height * sizeof *self->rows);
    if (!self->rows) fail(self, CIMAGE_OUT_OF_MEMORY, "not enough memory to decode it");
    for (png_uint_32 y = 0; y < height; ++y) self->rows[y] = pixels + y * row_size;
    png_read_image(png, self->rows);
    // Checks what remains: the last chunk's checksum and that the file has an end.
    png_read_end(png, NULL);
}

cimage_status cimage_read_png(const uint8_t *data, size_t size, uint8_t *pixels, size_t capacity,
                              cimage_info *info) {
    // `self` lives in this frame and is reached by address only, so what it holds after longjmp is defined.
    reader self;
    memset(&self, 0, sizeof self);
    self.info = info;
    self.next = data;
    self.end = data + size;
    if (setjmp(self.escape) == 0) read_file(&self, pixels, capacity);
    png_destroy_read_struct(&self.png, &self.header, NULL);
    free(self.rows);
    return self.status;
}
