package cloudseed

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
)

func TestAttachedFiles(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet, File{Name: "channel.backup", Data: []byte("one")})
	registrations := w.answers(juicebox.Register2{})
	for _, text := range []string{"two", "three"} {
		if err := Update(ctx, w.config(), d, File{Name: "channel.backup", Data: []byte(text)}, File{Name: "labels.jsonl", Data: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
	}
	if w.answers(juicebox.Register2{}) != registrations {
		t.Error("an update asked the realms")
	}
	r := w.restore(w.config())
	want := []File{{Name: "channel.backup", Data: []byte("three")}, {Name: "labels.jsonl", Data: []byte("{}")}}
	if diff := cmp.Diff(want, r.Files); diff != "" {
		t.Error(diff)
	}
	if r.Device.Files.Generation != 3 {
		t.Errorf("generation %d", r.Device.Files.Generation)
	}
	// The restored device goes on where the other one stopped.
	if err := Update(ctx, w.config(), r.Device, File{Name: "channel.backup", Data: []byte("four")}); err != nil {
		t.Fatal(err)
	}
	if r := w.restore(w.config()); string(r.Files[0].Data) != "four" {
		t.Errorf("files: %v", r.Files)
	}
}
