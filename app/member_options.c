/* See member_options.h. */
#include "app/member_options.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "net/zmq/actor.h"

const struct member_options member_options_default = {.heartbeat_ms = ACTOR_HEARTBEAT_PERIOD_MS,
                                                      .suspect_ms = ACTOR_SUSPECT_TIMEOUT_MS,
                                                      .resend_ms = ACTOR_RESEND_TIMEOUT_MS,
                                                      .join_timeout_ms = 1000,
                                                      .delivery = "safe"};

int member_options_check(const struct member_options *o, const char *command) {
    if (strcmp(o->delivery, "safe") != 0 && strcmp(o->delivery, "agreed") != 0)
        return options_error(command, "--delivery %s: safe or agreed is expected", o->delivery);
    if (o->suspect_ms > 0 && (o->heartbeat_ms == 0 || o->suspect_ms < 2 * o->heartbeat_ms))
        return options_error(command,
                             "--suspect-after %" PRIu64 "ms: at least twice the --heartbeat (%" PRIu64
                             "ms) is expected, or 0s for both",
                             o->suspect_ms, o->heartbeat_ms);
    return STATUS_FINE;
}

enum gms_delivery member_options_delivery(const struct member_options *o) {
    return strcmp(o->delivery, "agreed") == 0 ? GMS_AGREED : GMS_SAFE;
}

void member_options_spell(const struct member_options *o, struct member_options_words *words) {
    const struct {
        const char *name;
        uint64_t ms;
    } times[] = {{"--heartbeat", o->heartbeat_ms},
                 {"--suspect-after", o->suspect_ms},
                 {"--resend-after", o->resend_ms},
                 {"--join-timeout", o->join_timeout_ms}};
    int count = 0;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        snprintf(words->text[i], sizeof words->text[i], "%" PRIu64 "ms", times[i].ms);
        words->word[count++] = times[i].name;
        words->word[count++] = words->text[i];
    }
    words->word[count++] = "--delivery";
    words->word[count++] = o->delivery;
    if (o->last_man_standing)
        words->word[count++] = "--last-man-standing";
    words->word[count] = NULL;
}
