/* The options that say how a member's protocol behaves: the same for `worker`, for `demo`, and for the
 * workers that a demo starts.
 */
#ifndef APP_MEMBER_OPTIONS_H
#define APP_MEMBER_OPTIONS_H

#include "app/options.h"
#include "gms/gms.h"

struct member_options {
    uint64_t heartbeat_ms; /* 0: none */
    uint64_t suspect_ms;   /* 0: nobody is suspected for being silent */
    uint64_t resend_ms;
    uint64_t join_timeout_ms;
    const char *delivery; /* "safe", "agreed" */
    bool last_man_standing;
};

extern const struct member_options member_options_default;

/* Rows of a command's table of options. */
#define MEMBER_OPTION_ROWS(o)                                                                                \
    {"--heartbeat",                                                                                          \
     OPTION_DURATION,                                                                                        \
     &(o)->heartbeat_ms,                                                                                     \
     0,                                                                                                      \
     60000,                                                                                                  \
     "100ms",                                                                                                \
     "how often a member says that it lives; 0s: never"},                                                    \
        {"--suspect-after",                                                                                  \
         OPTION_DURATION,                                                                                    \
         &(o)->suspect_ms,                                                                                   \
         0,                                                                                                  \
         600000,                                                                                             \
         "400ms",                                                                                            \
         "silence after which a member is suspected; 0s: never"},                                            \
        {"--resend-after",                                                                                   \
         OPTION_DURATION,                                                                                    \
         &(o)->resend_ms,                                                                                    \
         1,                                                                                                  \
         60000,                                                                                              \
         "50ms",                                                                                             \
         "after which a message counts as lost (gms4, gms5)"},                                               \
        {"--join-timeout",                                                                                   \
         OPTION_DURATION,                                                                                    \
         &(o)->join_timeout_ms,                                                                              \
         10,                                                                                                 \
         600000,                                                                                             \
         "1s",                                                                                               \
         "how long a newcomer waits for each contact (gms1 to gms4)"},                                       \
        {"--delivery",                                                                                       \
         OPTION_TEXT,                                                                                        \
         &(o)->delivery,                                                                                     \
         0,                                                                                                  \
         0,                                                                                                  \
         "safe|agreed",                                                                                      \
         "gms5: once a quorum has it (default), or on receipt"},                                             \
    {                                                                                                        \
        "--last-man-standing", OPTION_FLAG, &(o)->last_man_standing, 0, 0, NULL,                             \
            "gms5: who is left goes on when all others crashed"                                              \
    }

/* STATUS_FINE, or one line on stderr and STATUS_USAGE. */
int member_options_check(const struct member_options *, const char *command);

enum gms_delivery member_options_delivery(const struct member_options *);

/* The same as words of a command line, with room for them; the array ends with NULL. */
struct member_options_words {
    const char *word[16];
    char text[4][32];
};
void member_options_spell(const struct member_options *, struct member_options_words *);

#endif
