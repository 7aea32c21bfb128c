/* The language of scenarios: every verb is read, every mistake gets one line that names file, line and word.
 */
#include "app/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "title T\nrung gms2\nmembers 5\n"

static struct scenario s; /* large */
static char error[512];

static bool parse(const char *text) {
    return scenario_parse(&s, "dir/x.txt", text, strlen(text), error, sizeof error);
}

/* The one step of a scenario of five at gms2. */
static const struct scenario_step *step(const char *words) {
    char text[512];
    snprintf(text, sizeof text, HEAD "at 1.5s %s\n", words);
    if (!parse(text))
        fail_msg("%s", error);
    assert_int_equal(s.step_count, 1);
    assert_int_equal(s.steps[0].at_ms, 1500);
    assert_int_equal(s.steps[0].line, 4);
    return &s.steps[0];
}

/* -- What is read ----------------------------------------------------------------------------------- */

static void the_head_says_what_runs(void **state) {
    (void)state;
    assert_true(parse(
        "# a comment\n\n  title   Why #28, and \"how\"  \nrung gms3\r\nmembers 4 # four\nseed 7\npace 300ms\n"
        "at 1s join\n"));
    assert_string_equal(s.name, "x");
    assert_string_equal(s.title, "Why #28, and \"how\"");
    assert_int_equal(s.rung, GMS_RUNG_3);
    assert_int_equal(s.members, 4);
    assert_true(s.seeded);
    assert_int_equal(s.seed, 7);
    assert_int_equal(s.pace_ms, 300);
    assert_true(parse("\xef\xbb\xbf" HEAD "at 1s join\n"));
    assert_false(s.seeded);
    assert_int_equal(s.pace_ms, 0);
}

static void changes_joins_and_leaves(void **state) {
    (void)state;
    const struct scenario_step *p = step("change 7 from w2");
    assert_int_equal(p->verb, SCENARIO_CHANGE);
    assert_int_equal(p->number, 7);
    assert_int_equal(p->who, 2);
    assert_string_equal(p->text, "change 7 from w2");
    assert_int_equal(step("change 20")->who, SCENARIO_LEADER);
    assert_int_equal(step("join")->verb, SCENARIO_JOIN);
    p = step("leave w5");
    assert_int_equal(p->verb, SCENARIO_LEAVE);
    assert_int_equal(p->who, 5);
}

static void crashes_of_three_kinds(void **state) {
    (void)state;
    const struct scenario_step *p = step("kill leader");
    assert_int_equal(p->verb, SCENARIO_KILL);
    assert_int_equal(p->who, SCENARIO_LEADER);
    p = step("crash w1 mid-broadcast after 2");
    assert_int_equal(p->verb, SCENARIO_CRASH_MID_BROADCAST);
    assert_int_equal(p->who, 1);
    assert_int_equal(p->number, 2);
    p = step("crash leader async");
    assert_int_equal(p->verb, SCENARIO_CRASH_ASYNC);
    assert_int_equal(p->name_count, 0);
    p = step("crash leader async keep w3 w5");
    assert_int_equal(p->name_count, 2);
    assert_int_equal(p->names[0].who, 3);
    assert_int_equal(p->names[1].who, 5);
}

static void hangs_and_suspicions(void **state) {
    (void)state;
    const struct scenario_step *p = step("hang leader for 3s");
    assert_int_equal(p->verb, SCENARIO_HANG);
    assert_int_equal(p->duration_ms, 3000);
    p = step("suspect w1 by w2");
    assert_int_equal(p->verb, SCENARIO_SUSPECT);
    assert_int_equal(p->who, 1);
    assert_int_equal(p->whom, 2);
}

static void what_links_can_suffer(void **state) {
    (void)state;
    const struct scenario_step *p = step("lose 2");
    assert_int_equal(p->verb, SCENARIO_LOSE);
    assert_int_equal(p->number, 2);
    assert_int_equal(p->who, SCENARIO_LEADER);
    assert_int_equal(p->whom, SCENARIO_ANYBODY);
    p = step("lose 1 from w2 to leader");
    assert_int_equal(p->who, 2);
    assert_int_equal(p->whom, SCENARIO_LEADER);
    p = step("loss 20%");
    assert_int_equal(p->verb, SCENARIO_LOSS);
    assert_int_equal(p->number, 20);
    p = step("delay 200ms");
    assert_int_equal(p->verb, SCENARIO_DELAY);
    assert_int_equal(p->duration_ms, 200);
    assert_int_equal(p->who, SCENARIO_ANYBODY);
    assert_int_equal(p->whom, SCENARIO_ANYBODY);
    p = step("delay 0ms from leader to w3");
    assert_int_equal(p->duration_ms, 0);
    assert_int_equal(p->who, SCENARIO_LEADER);
    assert_int_equal(p->whom, 3);
    p = step("cut w1 w3");
    assert_int_equal(p->verb, SCENARIO_CUT);
    assert_false(p->one_way);
    assert_true(step("cut w1 w3 one-way")->one_way);
    p = step("partition w1 w2 | w3 w4 | w5");
    assert_int_equal(p->verb, SCENARIO_PARTITION);
    assert_int_equal(p->name_count, 5);
    assert_int_equal(p->names[1].side, 0);
    assert_int_equal(p->names[2].side, 1);
    assert_int_equal(p->names[4].side, 2);
    assert_int_equal(step("heal")->verb, SCENARIO_HEAL);
}

static void pace_notes_and_expectations(void **state) {
    (void)state;
    const struct scenario_step *p = step("pace 300ms");
    assert_int_equal(p->verb, SCENARIO_PACE);
    assert_int_equal(p->duration_ms, 300);
    assert_int_equal(step("pace off")->duration_ms, 0);
    assert_string_equal(step("note \"why # and é\" # because")->text, "why # and é");
    p = step("expect sync");
    assert_int_equal(p->verb, SCENARIO_EXPECT);
    assert_int_equal(p->outcome, SCENARIO_SYNC);
    assert_int_equal(p->duration_ms, SCENARIO_WITHIN_MS);
    assert_int_equal(step("expect desync within 500ms")->duration_ms, 500);
    assert_int_equal(step("expect halt")->outcome, SCENARIO_HALT);
    p = step("expect leader w2");
    assert_int_equal(p->outcome, SCENARIO_LED_BY);
    assert_int_equal(p->who, 2);
    p = step("expect members 5 within 1s");
    assert_int_equal(p->outcome, SCENARIO_MEMBERS_ARE);
    assert_int_equal(p->number, 5);
    assert_int_equal(s.expect_count, 1);
    p = step("expect view 4");
    assert_int_equal(p->outcome, SCENARIO_VIEWS_HAVE);
    assert_int_equal(p->number, 4);
    assert_true(parse("title T\nrung gms5\nmembers 5\nat 1s expect blocked w4 w5 within 1s\n"));
    assert_int_equal(s.steps[0].outcome, SCENARIO_BLOCKED);
    assert_int_equal(s.steps[0].name_count, 2);
    assert_int_equal(s.steps[0].names[1].who, 5);
    assert_int_equal(s.steps[0].duration_ms, 1000);
}

static void it_may_say_how_members_behave(void **state) {
    (void)state;
    struct member_options member = member_options_default;
    assert_true(parse(HEAD "at 1s join\n"));
    scenario_rule(&s, &member);
    assert_memory_equal(&member, &member_options_default, sizeof member);
    assert_true(
        parse("suspect-after 600ms\ndelivery agreed\nquorum last-man-standing\n" HEAD "at 1s join\n"));
    scenario_rule(&s, &member);
    assert_int_equal(member.suspect_ms, 600);
    assert_string_equal(member.delivery, "agreed");
    assert_true(member.last_man_standing);
    assert_true(parse("suspect-after never\ndelivery safe\nquorum majority\n" HEAD "at 1s join\n"));
    member = member_options_default;
    scenario_rule(&s, &member);
    assert_int_equal(member.suspect_ms, 0);
    assert_string_equal(member.delivery, "safe");
    assert_false(member.last_man_standing);
}

static void steps_come_in_the_order_of_their_times_and_lines(void **state) {
    (void)state;
    assert_true(parse(HEAD "at 2s change 2\nat 1s join\nat 2s kill leader\nat 0s change 1 from w6\n") ==
                false);
    assert_true(parse(HEAD "at 2s change 2 from w6\nat 1s join\nat 2s kill leader\nat 0s change 1\n"));
    const int lines[] = {7, 5, 4, 6};
    for (int i = 0; i < 4; i++)
        assert_int_equal(s.steps[i].line, lines[i]);
}

static void a_run_ends_when_its_last_step_is_over(void **state) {
    (void)state;
    assert_true(parse(HEAD "at 1s change 2\nat 2s expect sync within 4s\nat 3s note \"n\"\n"));
    assert_int_equal(scenario_end_ms(&s), 6000 + SCENARIO_SETTLE_MS);
    assert_true(parse(HEAD "at 1s hang w2 for 5s\nat 2s change 1\n"));
    assert_int_equal(scenario_end_ms(&s), 6000 + SCENARIO_SETTLE_MS);
}

/* -- What is refused -------------------------------------------------------------------------------- */

static void refused(const char *text, const char *expected) {
    if (parse(text))
        fail_msg("accepted: %s", text);
    if (!strstr(error, expected))
        fail_msg("'%s' does not say '%s'", error, expected);
    assert_null(strchr(error, '\n'));
    assert_memory_equal(error, "dir/x.txt:", 10);
}

/* In line 4 of a scenario of five at gms2. */
static void step_refused(const char *words, const char *expected) {
    char text[2048], line[600];
    snprintf(text, sizeof text, HEAD "%s\n", words);
    snprintf(line, sizeof line, "dir/x.txt:4: %s", expected);
    refused(text, line);
}

static void mistakes_in_the_head(void **state) {
    (void)state;
    refused("", ":1: 'title': such a line is missing");
    refused("title T\nrung gms2\nat 1s join\n", "'members': such a line is missing, as: members 5");
    refused(HEAD, "'at': not one step");
    refused("title\n", ":1: 'title': a text is expected after it");
    refused("rung\n", ":1: 'rung': a rung is expected after it");
    refused("rung gms9\n", ":1: 'gms9': gms1, gms2, gms3, gms4-ack, gms4-nack or gms5 is expected");
    refused(
        "rung gms6\n",
        ":1: 'gms6': this rung is not built yet; gms1, gms2, gms3, gms4-ack, gms4-nack or gms5 is expected");
    refused("rung gms2p5\n", "demo --risk");
    refused("members 0\n", ":1: '0': a number of members from 1 to 256 is expected (members 5)");
    refused("members 257\n", "'257': a number of members from 1 to 256");
    refused("members five\n", "'five': a number of members");
    refused("members 5 6\n", "'6': nothing more is expected here");
    refused("members -1\n", "'-1': a number of members");
    refused("seed x\n", "'x': a seed from 1");
    refused("pace fast\n", "'fast': off or a mean time");
    refused("rung gms2\nrung gms3\n", ":2: 'rung': it was said in line 1 already");
    refused(HEAD "at 1s join\nseed 5\n", ":5: 'seed': it belongs before the first step");
    refused("member 5\n", ":1: 'member': did you mean members?");
    refused(
        "hello\n",
        ":1: 'hello': title, rung, members, seed, pace, suspect-after, delivery, quorum or at is expected "
        "at the start of a line");
    refused("suspect-after 10ms\n", "'10ms': never or a time from 200ms to 600s is expected");
    refused("suspect-after\n", "'suspect-after': never or a time is expected after it");
    refused("delivery fast\n", "'fast': safe or agreed is expected (delivery agreed)");
    refused("quorum\n", "'quorum': majority or last-man-standing is expected after it");
    refused("quorum two\n", "'two': majority or last-man-standing is expected");
}

static void mistakes_in_a_step(void **state) {
    (void)state;
    step_refused("at", "'at': a time is expected after it (at 1.5s VERB ...)");
    step_refused("at noon join", "'noon': a time from 0ms to 600s is expected, as 300ms, 1.5s, 1m");
    step_refused("at 11m join", "'11m': a time from 0ms to 600s");
    step_refused("at -1s join", "'-1s': a time");
    step_refused("at 1s", "'1s': a verb is expected after it");
    step_refused("at 1s kil w1", "'kil': not a verb; did you mean kill? The verbs are change, join,");
    step_refused("at 1s frobnicate", "'frobnicate': not a verb: change, join, leave, kill, crash");
    step_refused("at 1s join w6", "'w6': nothing more is expected here (join)");
    step_refused("at 1s change", "'change': a change is expected after it (change 7 from w2)");
    step_refused("at 1s change 21", "'21': a change from 1 to 20 is expected");
    step_refused("at 1s change 7 by w2", "'by': nothing more is expected here");
    step_refused("at 1s change 7 from", "'from': leader or a name as w2 is expected after it");
    step_refused("at 1s change 7 from bob", "'bob': leader or a name as w2 is expected");
    step_refused("at 1s change 7 from w0", "'w0': leader or a name");
    step_refused("at 1s change 7 from w02", "'w02': leader or a name");
    step_refused("at 1s change 7 from w257", "'w257': leader or a name");
    step_refused("at 1s kill", "'kill': leader or a name as w2 is expected after it (kill leader)");
    step_refused("at 1s crash leader", "'leader': mid-broadcast or async is expected after it");
    step_refused("at 1s crash leader now", "'now': mid-broadcast or async is expected");
    step_refused("at 1s crash leader mid-broadcast", "'mid-broadcast': after is expected after it");
    step_refused("at 1s crash leader mid-broadcast with 2", "'with': after is expected");
    step_refused("at 1s crash leader mid-broadcast after",
                 "'after': a number of followers is expected after it");
    step_refused("at 1s crash leader mid-broadcast after all", "'all': a number of followers from 0 to 255");
    step_refused("at 1s crash leader async keep", "'keep': leader or a name as w2 is expected after it");
    step_refused("at 1s crash leader async w2",
                 "'w2': nothing more is expected here (crash leader async keep w3 w4)");
    step_refused("at 1s crash leader async keep w2 w2", "'w2': it is named twice");
    step_refused("at 1s hang w1", "'w1': for is expected after it");
    step_refused("at 1s hang w1 for", "'for': a time is expected after it");
    step_refused("at 1s hang w1 for ever", "'ever': a time from 1ms");
    step_refused("at 1s suspect w1", "'w1': by is expected after it");
    step_refused("at 1s suspect w1 from w2", "'from': by is expected");
    step_refused("at 1s lose", "'lose': a number of messages is expected after it");
    step_refused("at 1s lose all", "'all': a number of messages from 1 to 1000000");
    step_refused("at 1s lose 1 to", "'to': leader or a name");
    step_refused("at 1s loss", "'loss': a percentage is expected after it");
    step_refused("at 1s loss 101%", "'101%': a percentage from 0% to 100% is expected");
    step_refused("at 1s delay", "'delay': a time is expected after it");
    step_refused("at 1s delay 11s", "'11s': a time from 0ms to 10s");
    step_refused("at 1s cut w1", "'w1': leader or a name as w2 is expected after it");
    step_refused("at 1s cut w1 w2 oneway", "'oneway': nothing more is expected here (cut w1 w3 one-way)");
    step_refused("at 1s partition w1 w2", "'w2': | is expected after it");
    step_refused("at 1s partition w1 |", "'|': leader or a name as w2 is expected after it");
    step_refused("at 1s partition w1 | w1", "'w1': it is named twice");
    step_refused("at 1s partition w1 | | w2", "'|': leader or a name as w2 is expected");
    step_refused("at 1s pace", "'pace': off or a mean time between two changes is expected after it");
    step_refused("at 1s note", "'note': a text in quotes is expected after it");
    step_refused("at 1s note hello", "'hello': a text in quotes is expected");
    step_refused("at 1s note \"hello", "'hello': the closing \" is missing");
    step_refused("at 1s note \"a\"b", "'b': a blank is expected after the closing \"");
    step_refused("at 1s note \"\"", "'': a text in quotes is expected, and this one is empty");
    step_refused(
        "at 1s note \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxx\"",
        "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...': a note has at most 95 bytes, this one has 96");
    step_refused("at 1s expect",
                 "'expect': sync, desync, halt, blocked, leader, members or view is expected after it");
    step_refused("at 1s expect peace",
                 "'peace': sync, desync, halt, blocked, leader, members or view is expected");
    step_refused("at 1s expect blocked", "'blocked': nobody ever blocks at gms2");
    step_refused("at 1s expect leader", "'leader': leader or a name as w2 is expected after it");
    step_refused("at 1s expect leader leader", "'leader': the name of who should lead is expected");
    step_refused("at 1s expect members", "'members': a number of members is expected after it");
    step_refused("at 1s expect view", "'view': a number of members is expected after it");
    step_refused("at 1s expect view 6", "'6': there are at most 5 members at that time");
    refused("title T\nrung gms5\nmembers 5\nat 1s expect blocked w6\n",
            "'w6': at that time there is no such");
    refused("title T\nrung gms5\nmembers 5\nat 1s expect blocked w2 in 1s\n",
            "'in': leader or a name as w2 is expected (expect blocked w4 w5 within 2s)");
    step_refused("at 1s expect sync within", "'within': a time is expected after it");
    step_refused("at 1s expect sync in 2s", "'in': nothing more is expected here");
}

static void mistakes_in_the_plot(void **state) {
    (void)state;
    step_refused("at 1s kill w6", "'w6': at that time there is no such worker: the last one is w5");
    refused(HEAD "at 1s kill w2\nat 2s change 1 from w2\n", ":5: 'w2': it crashed in line 4");
    refused(HEAD "at 1s leave w2\nat 2s change 1 from w2\n", ":5: 'w2': it left in line 4");
    refused(HEAD "at 1s kill leader\nat 2s change 1 from w1\n", ":5: 'w1': it crashed in line 4");
    step_refused("at 1s crash w3 mid-broadcast after 1",
                 "'w3': only the leader broadcasts, and at that time w1 leads");
    refused(HEAD "at 1s kill w1\nat 2s crash w3 async\n",
            ":5: 'w3': only the leader broadcasts, and at that time w2 leads");
    step_refused("at 1s crash leader mid-broadcast after 5",
                 "'leader': it has only 4 followers at that time");
    step_refused("at 1s crash leader async keep w1", "'w1': it is the one that crashes");
    step_refused("at 1s suspect w1 by leader", "'leader': two different workers are expected");
    step_refused("at 1s cut w2 w2", "'w2': two different workers are expected");
    step_refused("at 1s expect members 6", "'6': there are at most 5 members at that time");
    refused("title T\nrung gms2\nmembers 1\nat 1s crash leader async\n", "'leader': no follower is left");
    refused("title T\nrung gms2\nmembers 1\nat 1s kill w1\nat 2s join\n",
            ":5: 'join': nobody is left to join");
    refused("title T\nrung gms2\nmembers 1\nat 1s kill w1\nat 2s change 1\n", ":5: 'leader': nobody is left");
    refused("title T\nrung gms1\nmembers 3\nat 1s kill w1\nat 2s change 1\n",
            ":5: 'leader': nobody leads at gms1 after its leader went in line 4");
    refused("title T\nrung gms1\nmembers 3\nat 1s kill w1\nat 2s crash w2 async\n",
            "at that time nobody leads");
    refused("title T\nrung gms1\nmembers 256\nat 1s join\n", "'join': a scenario has at most 256 workers");
    /* Who leads after a suspicion, or after what may lead to one, only the run will tell. */
    assert_true(parse(HEAD "at 1s hang w1 for 2s\nat 2s crash w2 mid-broadcast after 1\n"));
    assert_true(parse(HEAD "at 1s partition w1 | w2 w3 w4 w5\nat 2s crash w2 async\n"));
    assert_true(
        parse(HEAD "at 1s suspect w1 by w2\nat 2s crash w2 mid-broadcast after 1\nat 3s kill leader\n"));
}

static void limits_and_bytes_that_are_no_text(void **state) {
    (void)state;
    char *text = malloc(2 * SCENARIO_SIZE_MAX);
    assert_non_null(text);
    memset(text, '\n', 2 * SCENARIO_SIZE_MAX);
    assert_false(scenario_parse(&s, "x", text, SCENARIO_SIZE_MAX + 1, error, sizeof error));
    assert_string_equal(error, "x: a scenario has at most 65536 bytes");
    strcpy(text, HEAD);
    for (int i = 0; i < SCENARIO_STEPS_MAX; i++)
        strcat(text, "at 1s change 1\n");
    assert_true(parse(text));
    strcat(text, "at 1s change 1\n");
    refused(text, ":204: 'at': a scenario has at most 200 steps");
    strcpy(text, HEAD "at 1s note \"");
    memset(text + strlen(text), 'x', 300);
    refused(text, ":4: 'at 1s note \"xxxxxxxx': a line has at most 240 bytes");
    refused("\x7f"
            "ELF\x02\x01\x01\n",
            ": byte 1 is not text");
    refused("title \xc3\x28\n", "text in UTF-8 is expected");
    assert_false(scenario_parse(&s, "x", "title a\0b\n", 10, error, sizeof error));
    assert_string_equal(error, "x:1: 'title a': byte 8 is not text");
    strcpy(text, HEAD "at 1s crash leader async keep ");
    for (int i = 0; i < 70; i++)
        strcat(text, "a ");
    refused(text, "a name as w2 is expected");
    free(text);
}

/* -- Files ------------------------------------------------------------------------------------------ */

static void a_name_that_is_none_gets_the_near_ones_told(void **state) {
    (void)state;
    char path[256];
    assert_true(
        scenario_find("assets/scenarios", "gms2-mid-broadcast", path, sizeof path, error, sizeof error));
    assert_string_equal(path, "assets/scenarios/gms2-mid-broadcast.txt");
    assert_true(scenario_find("assets/scenarios", path, path + 100, 100, error, sizeof error));
    assert_false(
        scenario_find("assets/scenarios", "gms2-mid-brodcast", path, sizeof path, error, sizeof error));
    assert_non_null(strstr(error, "did you mean gms1-mid-broadcast, gms2-mid-broadcast, gms3-mid-broadcast"));
    assert_false(scenario_find("assets/scenarios", "", path, sizeof path, error, sizeof error));
    assert_false(scenario_find("assets/scenarios", "/nowhere", path, sizeof path, error, sizeof error));
    assert_non_null(strstr(error, "groupy scenarios lists"));
    assert_false(scenario_load(&s, "assets", error, sizeof error));
    assert_string_equal(error, "assets: not a file");
    assert_false(scenario_load(&s, "/nowhere", error, sizeof error));
    assert_false(scenario_load(&s, "assets/icon.png", error, sizeof error));
}

static void one_is_fine(void *arg, const char *name) {
    int *count = arg;
    char path[256];
    snprintf(path, sizeof path, "assets/scenarios/%s.txt", name);
    if (!scenario_load(&s, path, error, sizeof error))
        fail_msg("%s", error);
    assert_string_equal(s.name, name);
    assert_memory_equal(name, gms_rung_name(s.rung), 4); /* named after its rung */
    assert_true(s.expect_count > 0);
    assert_true(scenario_end_ms(&s) <= 7000); /* a lecturer has 90 seconds for a point */
    ++*count;
}

static void every_built_in_scenario_is_read_and_expects_something(void **state) {
    (void)state;
    int count = 0;
    assert_true(scenario_list("assets/scenarios", one_is_fine, &count));
    assert_true(count >= 20);
}

static bool same_step(const struct scenario_step *a, const struct scenario_step *b) {
    return a->at_ms == b->at_ms && strcmp(a->text, b->text) == 0;
}

/* The next step from `i` on that does something. */
static int next_deed(const struct scenario *scenario, int i) {
    while (i < scenario->step_count &&
           (scenario->steps[i].verb == SCENARIO_NOTE || scenario->steps[i].verb == SCENARIO_EXPECT))
        i++;
    return i;
}

static void what_breaks_a_rung_is_what_another_one_survives(void **state) {
    static const char *const pairs[][2] = {{"gms1-leader-crash", "gms2-leader-crash"},
                                           {"gms1-leader-leaves", "gms2-leader-leaves"},
                                           {"gms2-mid-broadcast", "gms3-mid-broadcast"},
                                           {"gms2-cascade", "gms3-cascade"},
                                           {"gms3-loss", "gms4-ack-loss"},
                                           {"gms3-loss", "gms4-nack-loss"},
                                           {"gms3-last-loss", "gms4-ack-last-loss"},
                                           {"gms3-last-loss", "gms4-nack-last-loss"},
                                           {"gms3-lossy", "gms4-ack-lossy"},
                                           {"gms3-lossy", "gms4-nack-lossy"},
                                           {"gms3-async-crash", "gms4-ack-async-crash"},
                                           {"gms4-nack-async-crash", "gms5-async-crash"},
                                           {"gms4-nack-loss-and-crash", "gms4-ack-loss-and-crash"},
                                           {"gms4-nack-loss-and-crash", "gms5-loss-and-crash"},
                                           {"gms4-nack-deliver-and-crash", "gms4-ack-deliver-and-crash"},
                                           {"gms4-nack-deliver-and-crash", "gms5-deliver-and-crash"},
                                           {"gms4-ack-suspicion", "gms5-suspicion"},
                                           {"gms4-nack-suspicion", "gms5-suspicion"},
                                           {"gms4-ack-partition", "gms5-partition"},
                                           {"gms4-nack-partition", "gms5-partition"},
                                           {"gms4-nack-one-way-cut", "gms5-one-way-cut"},
                                           {"gms4-nack-link-cut", "gms5-link-cut"},
                                           {"gms3-hang", "gms5-hang"},
                                           {"gms4-ack-hang", "gms5-hang"},
                                           {"gms4-nack-hang", "gms5-hang"}};
    static struct scenario other; /* large */
    (void)state;
    for (size_t pair = 0; pair < sizeof pairs / sizeof pairs[0]; pair++) {
        char path[256];
        snprintf(path, sizeof path, "assets/scenarios/%s.txt", pairs[pair][0]);
        assert_true(scenario_load(&s, path, error, sizeof error));
        snprintf(path, sizeof path, "assets/scenarios/%s.txt", pairs[pair][1]);
        assert_true(scenario_load(&other, path, error, sizeof error));
        assert_string_equal(s.title, other.title);
        assert_int_equal(s.members, other.members);
        int i = next_deed(&s, 0), j = next_deed(&other, 0);
        for (; i < s.step_count && j < other.step_count;
             i = next_deed(&s, i + 1), j = next_deed(&other, j + 1))
            assert_true(same_step(&s.steps[i], &other.steps[j]));
        assert_true(i == s.step_count && j == other.step_count);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_says_what_runs),
        cmocka_unit_test(changes_joins_and_leaves),
        cmocka_unit_test(crashes_of_three_kinds),
        cmocka_unit_test(hangs_and_suspicions),
        cmocka_unit_test(what_links_can_suffer),
        cmocka_unit_test(pace_notes_and_expectations),
        cmocka_unit_test(it_may_say_how_members_behave),
        cmocka_unit_test(steps_come_in_the_order_of_their_times_and_lines),
        cmocka_unit_test(a_run_ends_when_its_last_step_is_over),
        cmocka_unit_test(mistakes_in_the_head),
        cmocka_unit_test(mistakes_in_a_step),
        cmocka_unit_test(mistakes_in_the_plot),
        cmocka_unit_test(limits_and_bytes_that_are_no_text),
        cmocka_unit_test(a_name_that_is_none_gets_the_near_ones_told),
        cmocka_unit_test(every_built_in_scenario_is_read_and_expects_something),
        cmocka_unit_test(what_breaks_a_rung_is_what_another_one_survives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
