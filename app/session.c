/* One loop over the window, the launcher's words, signals and the member's end. */
#include "app/session.h"

#include <czmq.h>
#include <poll.h>
#include <signal.h>

#include "app/assets.h"
#include "app/control.h"
#include "app/picture_file.h"
#include "app/scenario_menu.h"

#define WAIT_MS 50
#define WAIT_GO_MS                                                                                           \
    5 /* a launcher's next word comes when this one is in the group, which is to be at once                  \
       */
#define PICTURE_SCALE 2 /* a window is a part of a screen, and its picture is to be printed */

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted++;
}

/* A managed worker leaves Ctrl+C to its launcher, which gets it too. */
void session_handle_signals(bool managed) {
    struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
    struct sigaction alone = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT}; /* who hangs others for it */
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, managed ? &ignore : &stop, NULL);
    sigaction(SIGINT, managed ? &ignore : &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGCHLD, &alone, NULL);
}

/* -- Keys ----------------------------------------------------------------------------------------------- */

static void act(struct session *s, int count, const char *const *words) {
    char message[256] = "", text[300];
    control_act(&s->registry, s->o.name, count, words, message, sizeof message);
    snprintf(text, sizeof text, "notice %s", message);
    live_command(s->live, text);
}

static void open_menu(struct session *s) {
    char error[256], text[300];
    const char *assets = assets_dir(s->o.program);
    if (scenario_menu_open(window_menu(s->window), assets, gms_rung_name(s->rung), error, sizeof error))
        return;
    snprintf(text, sizeof text, "notice %s", error);
    live_command(s->live, text);
}

static void draw_window(struct canvas *c, void *window) {
    window_draw(window, c);
}

static void save(struct session *s) {
    char what[64], said[256], text[300];
    const struct window_size size = window_size(s->window);
    snprintf(what, sizeof what, "%s-%s", gms_rung_name(s->rung), s->o.name);
    const struct picture_file picture = {.folder = s->o.out,
                                         .what = what,
                                         .width = size.width,
                                         .height = size.height,
                                         .scale = PICTURE_SCALE,
                                         .fonts = window_fonts(s->window),
                                         .draw = draw_window,
                                         .arg = s->window};
    picture_file_save(&picture, time(NULL), said, sizeof said);
    snprintf(text, sizeof text, "notice %s", said);
    live_command(s->live, text);
}

static void handle_key(struct session *s, enum window_command key) {
    struct tile_model model;
    struct place place;
    live_snapshot(s->live, &model, &place);
    switch (key) {
    case WINDOW_NONE:
    case WINDOW_REFRESH: break;
    case WINDOW_KILL_LEADER: act(s, 2, (const char *[]){"kill", "leader"}); break;
    case WINDOW_CRASH_MID_BROADCAST: act(s, 1, (const char *[]){"crash-mid-broadcast"}); break;
    case WINDOW_LOSE: act(s, 4, (const char *[]){"lose", "1", "--to", s->o.name}); break;
    case WINDOW_HANG_LEADER: act(s, 4, (const char *[]){"hang", "leader", "--for", "3s"}); break;
    case WINDOW_CUT:
        if (model.cut_off || model.cut_links > 0)
            act(s, 1, (const char *[]){"heal"});
        else
            act(s, 2, (const char *[]){"cut", s->o.name});
        break;
    case WINDOW_JOIN: act(s, 1, (const char *[]){"join"}); break;
    case WINDOW_CHANGE: live_command(s->live, "change"); break;
    case WINDOW_PAUSE: act(s, 1, (const char *[]){model.paused ? "resume" : "pause"}); break;
    case WINDOW_STEP:
        if (!model.paused)
            act(s, 1, (const char *[]){"pause"});
        live_command(s->live, "change");
        break;
    case WINDOW_FASTER: act(s, 2, (const char *[]){"pace", "faster"}); break;
    case WINDOW_SLOWER: act(s, 2, (const char *[]){"pace", "slower"}); break;
    case WINDOW_RESTART: act(s, 2, (const char *[]){"rung", window_choice(s->window)}); break;
    case WINDOW_SCENARIOS: open_menu(s); break;
    case WINDOW_PLAY: act(s, 2, (const char *[]){"scenario", window_choice(s->window)}); break;
    case WINDOW_SAVE: save(s); break;
    case WINDOW_RECORD: act(s, 1, (const char *[]){"record"}); break;
    case WINDOW_LEAVE:
    case WINDOW_CLOSE:
        if (s->closing)
            live_command(s->live, "quit"); /* asked twice: do not wait for anybody */
        s->closing = true;
        live_command(s->live, "leave");
        break;
    case WINDOW_CLOSE_ALL: act(s, 1, (const char *[]){"quit"}); break;
    }
}

/* -- The launcher's words -------------------------------------------------------------------------------- */

static void obey(struct session *s, char *line) {
    const char *contacts[TEXTS_MAX];
    size_t count = 0;
    char *rest = line;
    if (strncmp(line, "go", 2) != 0) {
        live_command(s->live, line);
        return;
    }
    s->went = true;
    strtok_r(line, " ", &rest);
    for (char *word; count < TEXTS_MAX && (word = strtok_r(NULL, " ", &rest));)
        contacts[count++] = word;
    live_start(s->live, contacts, count);
}

/* False at the end of the input: the launcher is gone. */
static bool read_launcher(struct session *s) {
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    while (poll(&in, 1, 0) > 0) {
        const ssize_t n = read(STDIN_FILENO, s->input + s->input_size, sizeof s->input - 1 - s->input_size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        s->input_size += (size_t)n;
        s->input[s->input_size] = '\0';
        for (char *end; (end = strchr(s->input, '\n'));) {
            *end = '\0';
            obey(s, s->input);
            s->input_size -= (size_t)(end + 1 - s->input);
            memmove(s->input, end + 1, s->input_size + 1);
        }
        if (s->input_size == sizeof s->input - 1)
            s->input_size = 0; /* no line of the launcher is so long */
    }
    return true;
}

/* -- The loop, and what is between two incarnations -------------------------------------------------- */

static void show(struct session *s) {
    struct tile_model model;
    struct place place;
    live_snapshot(s->live, &model, &place);
    if (place.of > 0 && !place_same(&place, &s->place)) {
        s->place = place;
        window_move(s->window, place);
    }
    window_show(s->window, &model);
}

/* Without a window: until something is to be read, or it ended. */
static void wait_headless(const struct session *s) {
    struct pollfd fds[2] = {{.fd = s->return_at ? -1 : live_end_fd(s->live), .events = POLLIN},
                            {.fd = s->o.managed ? STDIN_FILENO : -1, .events = POLLIN}};
    const int64_t wait_ms = s->return_at ? s->return_at - zclock_mono() : 500;
    poll(fds, 2, wait_ms < 0 ? 0 : wait_ms < 500 ? (int)wait_ms : 500);
}

/* False: the end. Out of the group it waits a while and then comes back, for as long as it takes. */
static bool goes_on(struct session *s) {
    char error[512] = "";
    const enum live_end end = live_end(s->live);
    if (end == LIVE_RUNNING)
        return true;
    if (end != LIVE_OUT)
        return false;
    if (s->return_at == 0)
        s->return_at = zclock_mono() + live_return_in_ms(s->live);
    if (zclock_mono() < s->return_at)
        return true;
    s->return_at = 0;
    if (session_come_back(s, error, sizeof error))
        return true;
    options_error("worker", "%s", error);
    return false;
}

void session_run(struct session *s) {
    int stops = 0;
    while (goes_on(s)) {
        if (s->window) {
            char pressed[LIVE_KEY_SIZE];
            if (live_take_press(s->live, pressed) && !window_press(s->window, pressed))
                live_command(s->live, "notice no such key");
            const enum window_command key =
                window_wait(s->window, s->o.managed && !s->went ? WAIT_GO_MS : WAIT_MS);
            if (key != WINDOW_NONE && key != WINDOW_REFRESH)
                handle_key(s, key);
            show(s);
        } else {
            wait_headless(s);
        }
        session_look_around(s);
        if (s->o.managed && !read_launcher(s))
            live_command(s->live, "quit");
        while (stops < interrupted)
            live_command(s->live, stops++ == 0 && !s->o.managed ? "leave" : "quit");
    }
}

void session_wait_for_release(void) {
    char bytes[256];
    for (int waited_ms = 0; waited_ms < 3000; waited_ms += 100) {
        struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
        if (poll(&in, 1, 100) > 0 && read(STDIN_FILENO, bytes, sizeof bytes) <= 0)
            return;
    }
}
