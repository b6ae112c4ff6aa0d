package phrase

import (
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/secret"
)

// TestDescriptorChecksum is the vector of BIP-380.
func TestDescriptorChecksum(t *testing.T) {
	if got := descriptorChecksum("raw(deadbeef)"); got != "89f8spxm" {
		t.Errorf("the checksum is %s", got)
	}
	if descriptorChecksum("raw(deedbeef)") == "89f8spxm" {
		t.Error("a changed descriptor has the same checksum")
	}
}

// TestDescriptor compares with the account key that BIP-84 publishes for its phrase, there in
// the form "zpub".
func TestDescriptor(t *testing.T) {
	p, err := Parse([]byte("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Descriptor(secret.Text{})
	if err != nil {
		t.Fatal(err)
	}
	want := "wpkh([73c5da0a/84h/0h/0h]xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rAPshWcMLoP2fMFMKHPJ4ZeZXYVUhLv1VMrjPC7PW6V/<0;1>/*)#"
	if !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, err := (Phrase{}).Descriptor(secret.Text{}); err == nil {
		t.Error("no phrase has a descriptor")
	}
}
