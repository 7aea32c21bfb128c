/* What is pointed at, in words: the line that the scope shows while the mouse rests on something. */
#ifndef APP_SCOPE_EXPLAIN_H
#define APP_SCOPE_EXPLAIN_H

#include "app/scope/history.h"
#include "app/scope/picture.h"
#include "gms/check.h"

/* "w2#9: change 7 of w2. MSG from w1 to w4: sent 0:12.221, arrived 0.8 ms later" */
void explain_event(const struct history *, uint32_t event, char *text, size_t size);

/* What the property demands, and how it stands; a violated one is story_explain()'s. */
void explain_property(int property, enum check_verdict, char *text, size_t size);

/* What a click on the tool does, with its key. */
void explain_tool(enum picture_tool, char *text, size_t size);

/* How the link is, and what clicks do to it. `is_live`: faults can be asked for. */
void explain_link(const char *from, const char *to, const struct picture_link *, bool is_live, char *text,
                  size_t size);

/* "0:12.221": since the first record. */
void explain_time(const struct history *, gms_time, char *text, size_t size);

#endif
