/* Cloudseed for C: package mobile of github.com/cloudseed/cloudseed, function by function.
 *
 * Functions that can fail return NULL when what they promise has been seen to be done, and
 * otherwise an error that begins with its kind: "wrong-pin: 9 tries left". Give it, and every
 * other char * that comes from here, to cloudseed_free. Handles go to cloudseed_release, which
 * clears the words in a wallet. NULL and 0 are neither.
 *
 * Strings are UTF-8 and end with a zero byte. Secrets are bytes with their size; they are
 * copied, the copy is cleared, and yours is yours to clear. Verbs take seconds: call them away
 * from the thread of the screen. Callbacks come on any thread, several at once, and end before
 * the verb does. */
#ifndef CLOUDSEED_H
#define CLOUDSEED_H
#include <stddef.h>
#include <stdint.h>

typedef uintptr_t cloudseed_handle;

/* What a place's callback answers. */
enum {
  CLOUDSEED_OK = 0,
  CLOUDSEED_NOT_FOUND = 1,  /* a fact, learned from the place: never for "could not look" */
  CLOUDSEED_EXISTS = 2,     /* the name is taken; nothing may ever be overwritten */
  CLOUDSEED_SIGNED_OUT = 3,
  CLOUDSEED_CONSENT = 4,    /* signed in, but a permission is missing */
  CLOUDSEED_FULL = 5,
  CLOUDSEED_BUSY = 6,
  CLOUDSEED_OFFLINE = 7,    /* as is every number that is not here */
  CLOUDSEED_GONE = 8,       /* the medium is not connected */
  CLOUDSEED_REFUSED = 9,
  CLOUDSEED_CORRUPT = 10    /* cut short, changed, or too large */
};

/* A place of the host's. create stores durably and whole. get calls cloudseed_content_set, list
 * calls cloudseed_listing_add for every file, before they return CLOUDSEED_OK. */
typedef int (*cloudseed_create_fn)(void *context, const char *name, const uint8_t *data, size_t size);
typedef int (*cloudseed_get_fn)(void *context, const char *name, cloudseed_handle content);
typedef int (*cloudseed_list_fn)(void *context, cloudseed_handle listing);
typedef int (*cloudseed_delete_fn)(void *context, const char *name);

/* What this device remembers, durably: 0 when it is saved. vault is 64 hex digits. */
typedef int (*cloudseed_save_fn)(void *context, const char *vault, const uint8_t *device, size_t size);
typedef int (*cloudseed_forget_fn)(void *context, const char *vault);

/* Progress: state is "started", "done" or "failed", kind why it failed or "". */
typedef void (*cloudseed_step_fn)(void *context, const char *name, const char *state, const char *where, const char *kind);

#endif
