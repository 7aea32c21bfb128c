/* The picture of a recording: windows above, scope and notes below, in memory, and as ffmpeg takes it. */
#ifndef APP_REPORT_RECORDING_FRAME_H
#define APP_REPORT_RECORDING_FRAME_H

#include "app/report/montage.h"
#include "app/report/video.h"
#include "app/scope/scope.h"
#include "app/ui/fonts.h"

struct recording_frame;

/* NULL and one line in `error`. */
struct recording_frame *recording_frame_new(const char *assets, enum video_kind, int width, int height,
                                            char *error, size_t error_size);
void recording_frame_destroy(struct recording_frame **); /* takes NULL, nulls */

/* Sizes the scope for its part of the picture; the notes of a scenario stand below it. */
void recording_frame_fit(struct recording_frame *, struct scope *);

/* Draws what differs from the last time; `now_ms` is the clock of the frames. False: nothing does. */
bool recording_frame_draw(struct recording_frame *, struct scope *, uint64_t now_ms);

const uint8_t *recording_frame_bytes(const struct recording_frame *); /* for video_show() */

#endif
