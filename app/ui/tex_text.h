/* A text as LaTeX reads it: nothing in it is a command, and every character is one that is in the fonts that
 * every LaTeX comes with. */
#ifndef APP_UI_TEX_TEXT_H
#define APP_UI_TEX_TEXT_H

#include <stdio.h>

/* Writes `text`, UTF-8, without a line break. What has no counterpart becomes a question mark. */
void tex_text_write(FILE *, const char *text);

#endif
