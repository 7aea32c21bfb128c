/* See member.h. The main thread reads what the parent says; the carrier's thread does all the rest, and tells
 * the parent itself. When the parent closes the pipe, or dies, the process ends. */
#include "app/bench/member.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/bench/post.h"
#include "app/options.h"

void bench_tell_failure(int to_parent, const char *format, ...) {
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    post_send(to_parent, POST_FAILED, text, strlen(text));
}

static bool take_setup(const struct post *post, struct bench_setup *setup) {
    if (post->type != POST_SETUP || post->size != sizeof *setup)
        return false;
    memcpy(setup, post->bytes, sizeof *setup);
    return setup->size == sizeof *setup;
}

static void take(const struct post *post, const struct bench_carrier *carrier, struct load_orders *orders) {
    char contact[NET_ENDPOINT_SIZE] = "";
    struct bench_times times;
    uint64_t total;
    if (post->type == POST_CONTACT && post->size < sizeof contact) {
        memcpy(contact, post->bytes, post->size);
        carrier->start(contact);
    } else if (post->type == POST_LEAVE) {
        carrier->leave();
    } else if (post->type == POST_GO && post->size == sizeof times) {
        memcpy(&times, post->bytes, sizeof times);
        orders->times = times;
        atomic_store(&orders->begin, times.begin);
    } else if (post->type == POST_TOTAL && post->size == sizeof total) {
        memcpy(&total, post->bytes, sizeof total);
        atomic_store(&orders->total, total);
    }
}

int bench_member(void) {
    static struct load load;
    static struct load_orders orders;
    struct bench_setup setup;
    struct post_box box;
    struct post post;
    char endpoint[NET_ENDPOINT_SIZE] = "", error[256] = "";
    if (!post_box_open(&box, STDIN_FILENO))
        return STATUS_CANT_RUN;
    if (!post_wait(&box, &post) || !take_setup(&post, &setup)) {
        post_box_close(&box);
        return options_error("bench",
                             "'" BENCH_MEMBER_WORD "' is not for people: throughput, latency, recovery, "
                             "scale or ceiling is expected");
    }
    const struct bench_carrier *carrier = setup.subject.ceiling ? &bench_ceiling : &bench_live;
    load_init(&load, &setup, &orders, STDOUT_FILENO);
    if (!carrier->open(&load, endpoint, error, sizeof error)) {
        bench_tell_failure(STDOUT_FILENO, "%s", error);
        _exit(STATUS_CANT_RUN);
    }
    post_send(STDOUT_FILENO, POST_ENDPOINT, endpoint, strlen(endpoint));
    while (post_wait(&box, &post))
        take(&post, carrier, &orders);
    _exit(STATUS_FINE); /* whatever the other threads are at */
}
