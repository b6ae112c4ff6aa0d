/* A host in C: a place and a journal in memory, a backup, and a restore on a second device.
 * Prints what it sees, for the test to compare. argv[1] is the Juicebox configuration's file. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libcloudseed.h"

#define MOST 32

struct file { char *name; uint8_t *data; size_t size; };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct file files[MOST];
static int count, full, offline, steps;
static uint8_t *remembered;
static size_t remembered_size;

static struct file *look(const char *name) {
  for (int i = 0; i < count; i++)
    if (strcmp(files[i].name, name) == 0) return &files[i];
  return NULL;
}

static uint8_t *copy(const uint8_t *data, size_t size) {
  uint8_t *c = malloc(size + 1);
  memcpy(c, data, size);
  return c;
}

static int place_create(void *context, const char *name, const uint8_t *data, size_t size) {
  int answer = CLOUDSEED_OK;
  pthread_mutex_lock(&mutex);
  if (offline) answer = CLOUDSEED_OFFLINE;
  else if (look(name)) answer = CLOUDSEED_EXISTS;
  else if (full || count == MOST) answer = CLOUDSEED_FULL;
  else files[count++] = (struct file){strdup(name), copy(data, size), size};
  pthread_mutex_unlock(&mutex);
  return answer;
}

static int place_get(void *context, const char *name, cloudseed_handle content) {
  int answer = CLOUDSEED_OK;
  pthread_mutex_lock(&mutex);
  struct file *f = look(name);
  if (offline) answer = CLOUDSEED_OFFLINE;
  else if (!f) answer = CLOUDSEED_NOT_FOUND;
  else cloudseed_content_set(content, f->data, f->size);
  pthread_mutex_unlock(&mutex);
  return answer;
}

static int place_list(void *context, cloudseed_handle listing) {
  pthread_mutex_lock(&mutex);
  int answer = offline ? CLOUDSEED_OFFLINE : CLOUDSEED_OK;
  for (int i = 0; i < count && !offline; i++) cloudseed_listing_add(listing, files[i].name, files[i].size, 0);
  pthread_mutex_unlock(&mutex);
  return answer;
}

static int place_delete(void *context, const char *name) {
  pthread_mutex_lock(&mutex);
  struct file *f = look(name);
  if (f) *f = files[--count];
  pthread_mutex_unlock(&mutex);
  return CLOUDSEED_OK;
}

static int journal_save(void *context, const char *vault, const uint8_t *device, size_t size) {
  free(remembered);
  remembered = copy(device, size);
  remembered_size = size;
  return strlen(vault) == 64 ? 0 : 1;
}

static int journal_forget(void *context, const char *vault) {
  remembered_size = 0;
  return 0;
}

static void step(void *context, const char *name, const char *state, const char *where, const char *kind) {
  if (strcmp(state, "done") == 0) steps++;
}

/* kind prints what a call came to: "ok", or the kind of its error. */
static void kind(const char *what, char *error) {
  printf("%s: %.*s\n", what, error ? (int)strcspn(error, ":") : 2, error ? error : "ok");
  fflush(stdout);
  if (error && strncmp(error, "unexpected", 10) == 0) fprintf(stderr, "%s\n", error);
  cloudseed_free(error);
}

static cloudseed_handle new_client(char *configuration) {
  cloudseed_handle client = 0;
  kind("client", cloudseed_client_new(configuration, &client));
  cloudseed_client_place(client, "in C", "memory:", place_create, place_get, place_list, place_delete, NULL);
  cloudseed_client_journal(client, journal_save, journal_forget, NULL);
  cloudseed_client_listener(client, step, NULL);
  return client;
}

static uint8_t *bytes(char *text) { return (uint8_t *)text; }

int main(int argc, char **argv) {
  static char configuration[65536], words[] = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
  char pin[] = "482915", *state, *fingerprint, *name;
  uint8_t back[1024], *data;
  size_t size, data_size;
  cloudseed_handle wallet, device, labels, search, backup, restored, again, attached;

  FILE *f = fopen(argv[1], "r");
  if (argc != 2 || !f || !fread(configuration, 1, sizeof configuration - 1, f)) return 2;
  fclose(f);

  cloudseed_handle client = new_client(configuration);
  kind("wallet", cloudseed_wallet_new("Everyday", bytes(words), strlen(words), &wallet));
  offline = 1;
  kind("create, offline", cloudseed_create(client, wallet, bytes(pin), strlen(pin), 0, &device));
  offline = 0;
  kind("create", cloudseed_create(client, wallet, bytes(pin), strlen(pin), 0, &device));
  cloudseed_files_new(&labels);
  cloudseed_files_add(labels, "labels.jsonl", bytes("{}"), 2);
  full = 1;
  kind("update, full", cloudseed_update(client, device, labels));
  full = 0;
  kind("resume", cloudseed_resume(client, device));
  kind("check", cloudseed_check(client, device));
  kind("state", cloudseed_device_state(device, &state));
  printf("state is %s, %s, %d files\n", state, steps > 5 ? "steps were told" : "few steps", count);

  cloudseed_handle other = new_client(configuration);
  kind("find", cloudseed_find(other, &search));
  kind("backup", cloudseed_search_get(search, 0, &backup));
  kind("restore, wrong", cloudseed_restore(other, backup, bytes("739164"), 6, &restored));
  kind("restore", cloudseed_restore(other, backup, bytes(pin), strlen(pin), &restored));
  kind("its wallet", cloudseed_restored_wallet(restored, &again));
  kind("its words", cloudseed_wallet_words(again, back, sizeof back, &size));
  cloudseed_restored_files(restored, &attached);
  cloudseed_files_get(attached, 0, &name, &data, &data_size);
  cloudseed_wallet_fingerprint(again, &fingerprint);
  printf("%s, %s, %s is %.*s\n", size == strlen(words) && memcmp(back, words, size) == 0 ? "the same words" : "other words",
         fingerprint, name, (int)data_size, data);
  kind("a wrong handle", cloudseed_check(other, search));
  cloudseed_release(device);
  kind("decode", cloudseed_device_decode(remembered, remembered_size, &device));
  kind("delete", cloudseed_delete(other, device));
  printf("%d files, %s\n", count, remembered_size ? "remembered" : "forgotten");
  cloudseed_release(restored);
  cloudseed_release(restored);
  return 0;
}
