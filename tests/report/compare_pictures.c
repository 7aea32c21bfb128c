/* compare_pictures A.png B.png: how much two pictures differ, on average, in percent of black to white;
 * status 1 where they are not of one size, up to a pixel. */
#include <cairo.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    cairo_surface_t *a = argc == 3 ? cairo_image_surface_create_from_png(argv[1]) : NULL;
    cairo_surface_t *b = argc == 3 ? cairo_image_surface_create_from_png(argv[2]) : NULL;
    if (a == NULL || cairo_surface_status(a) != CAIRO_STATUS_SUCCESS ||
        cairo_surface_status(b) != CAIRO_STATUS_SUCCESS) {
        fprintf(stderr, "compare_pictures: two PNG files are expected\n");
        return 2;
    }
    const int wide = cairo_image_surface_get_width(a), high = cairo_image_surface_get_height(a);
    const int width = cairo_image_surface_get_width(b), height = cairo_image_surface_get_height(b);
    if (abs(wide - width) > 1 || abs(high - height) > 1) {
        printf("%d x %d and %d x %d\n", wide, high, width, height);
        return 1;
    }
    double sum = 0;
    const int columns = wide < width ? wide : width, rows = high < height ? high : height;
    for (int y = 0; y < rows; y++) {
        const unsigned char *p = cairo_image_surface_get_data(a) + y * cairo_image_surface_get_stride(a);
        const unsigned char *q = cairo_image_surface_get_data(b) + y * cairo_image_surface_get_stride(b);
        for (int x = 0; x < 4 * columns; x++)
            if (x % 4 != 3)
                sum += abs(p[x] - q[x]);
    }
    printf("%.3f\n", sum / (3.0 * columns * rows) / 2.55);
    cairo_surface_destroy(a);
    cairo_surface_destroy(b);
    return 0;
}
