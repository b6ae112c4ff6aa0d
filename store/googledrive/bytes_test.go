package googledrive

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/store"
)

func TestDamaged(t *testing.T) {
	w, s := started(t)
	w.drive.Damage(sam, w.id(t, "a"), bytes.ToUpper)
	_, err := s.Get(t.Context(), "a")
	wantKind(t, "changed", err, store.ErrCorrupt)
	w.drive.Damage(sam, w.id(t, "a"), func(data []byte) []byte { return append(data, "more"...) })
	_, err = s.Get(t.Context(), "a")
	wantKind(t, "longer", err, store.ErrCorrupt)

	w.cloud.Fail(fakecloud.Fault{Path: uploads, Change: func(body []byte) []byte {
		return bytes.Replace(body, []byte(`"md5Checksum":"`), []byte(`"md5Checksum":"0`), 1)
	}})
	wantKind(t, "stored otherwise than sent", s.Create(t.Context(), "b", []byte("x")), store.ErrCorrupt)
	if got := w.copies("b"); got != 0 {
		t.Errorf("the damaged copy stays")
	}
}

// Bodies that break off each time: never a part of a file, nor of a listing.
func TestCutBodies(t *testing.T) {
	w, s := started(t)
	media := func(r *http.Request) bool { return r.URL.Query().Get("alt") == "media" }
	w.cloud.Fail(fakecloud.Fault{Match: media, Cut: 3, Times: -1})
	data, err := s.Get(t.Context(), "a")
	wantKind(t, "get", err, store.ErrOffline)
	if data != nil {
		t.Errorf("got %q", data)
	}
	w.cloud.Heal()
	w.cloud.Fail(fakecloud.Fault{Match: media, Cut: 3})
	wantFile(t, s, "a", "stored")
}
