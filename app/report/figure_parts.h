/* What the kinds of figures share. Private to app/report/figure*.c. */
#ifndef APP_REPORT_FIGURE_PARTS_H
#define APP_REPORT_FIGURE_PARTS_H

#include "app/report/figure.h"
#include "app/report/sheet.h"

/* The palette of Okabe and Ito. */
extern const struct canvas_color figure_black, figure_white, figure_grey, figure_line, figure_orange,
    figure_sky, figure_green, figure_yellow, figure_blue, figure_red, figure_purple;

/* A column of boxes that grows downwards. */
struct figure_page {
    struct canvas *c;
    float width, y;
    float size; /* of the text: 6 pt in one column, more in two */
    float gap;
    bool draws; /* false: it only measures */
    float room; /* for the body, where the height is given; 0: as much as it needs */
};

struct figure_page figure_page(struct canvas *, float width, bool draws);

/* Lines of text as wide as the page; nothing for "". */
void figure_text(struct figure_page *, enum canvas_weight, struct canvas_color, const char *);

void figure_step(struct figure_page *, int number, const char *);

/* The sign of how a run stands, its head and its sentence. */
void figure_sentence(struct figure_page *, const struct story *);

/* The bodies: each draws itself from page->y on, and moves it to where it ends. */
void figure_timeline(const struct figure *, struct figure_page *);
void figure_montage(const struct figure *, struct figure_page *);
void figure_story(const struct figure *, struct figure_page *);
void figure_views(const struct figure *, struct figure_page *);
void figure_table(const struct figure *, struct figure_page *);
void figure_architecture(const struct figure *, struct figure_page *);
void figure_layers(const struct figure *, struct figure_page *);

/* Events, from the first one to be shown to the one behind the last. */
uint32_t figure_first(const struct figure *);
uint32_t figure_last(const struct figure *);

/* Up to where the sentence tells: the end of the run, though nothing is to be seen any more. */
uint32_t figure_until(const struct figure *);

/* When that was, in seconds since the run began, as "1.052 s". */
void figure_time_words(const struct figure_run *, gms_time, char *out, size_t size);

#endif
