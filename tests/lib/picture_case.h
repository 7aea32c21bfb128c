/* A picture of the scope for tests: a run made record by record, drawn as a list of calls, and what is to be
 * found in that list. There is one at a time; case_begin() starts over.
 */
#ifndef TESTS_LIB_PICTURE_CASE_H
#define TESTS_LIB_PICTURE_CASE_H

#include "app/scope/picture_parts.h"
#include "app/ui/canvas_list.h"

#define CASE_MS        1000000u
#define CASE_SIZES     8
#define CASE_TEXTS_MAX 2048

extern struct canvas_list case_list;
extern struct history *case_history;
extern struct story case_story;       /* how the run stands: it is told, not judged */
extern struct picture_look case_look; /* 1920x1080, by steps, from the beginning */
extern gms_time case_now;
extern const float case_sizes[CASE_SIZES][2]; /* of windows */

/* Opens what all tests share, and closes it. */
int case_run(int (*run)(void));

/* -- A run: members are 1, 2, 3 ..., named w1, w2, w3; 1 leads, 0 is the director -------------------------
 */

void case_begin(unsigned members); /* all have installed view 1 */
void case_feed(unsigned who, struct trace_record);
struct trace_record case_message(enum trace_ev, unsigned from, unsigned to, const char *type, uint64_t x);
uint64_t case_send(unsigned from, unsigned to, const char *type,
                   unsigned n); /* of its n-th multicast; 0: of none */
void case_receive(unsigned from, unsigned to, const char *type, unsigned n, uint64_t x);
void case_deliver(unsigned who, unsigned origin, unsigned n);
void case_broadcast(unsigned members, unsigned n); /* by the leader, to all */
void case_busy(unsigned members);                  /* something of everything; even ones have long names */

/* -- The picture ------------------------------------------------------------------------------------------
 */

const char *case_draw(void);
void case_size(size_t index); /* the look's, of case_sizes */
struct picture_frame *case_frame(void);
struct picture_arrow case_arrow(uint64_t number); /* of the messages, from 1 */

struct case_text {
    float left, top, right, bottom; /* capitals only, which is what collides */
    float size;
    char words[CANVAS_TEXT_MAX];
};

bool case_line(const char **at, char *line, size_t size);
bool case_text(const char *line, struct case_text *);
int case_texts(const char *drawn, struct case_text *); /* at most CASE_TEXTS_MAX */

void case_has(const char *drawn, const char *what);
void case_has_not(const char *drawn, const char *what);
void case_apart(float width, float height); /* texts: inside, legible, and none over another */

#endif
