/* See last_line.h. */
#include "app/report/last_line.h"

#include <string.h>

void last_line_keep(struct last_line *l, const char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char c = bytes[i];
        if (c != '\n' && c != '\r') {
            if (l->size + 1 < sizeof l->next && (l->size > 0 || c != ' '))
                l->next[l->size++] = (unsigned char)c < ' ' ? ' ' : c;
            continue;
        }
        if (l->size > 0) {
            memcpy(l->text, l->next, l->size);
            l->text[l->size] = '\0';
        }
        l->size = 0;
    }
}
