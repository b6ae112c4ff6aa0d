package webapp

import (
	"fmt"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/store"
)

// attachedSamples are the states of the screen about attached files.
func attachedSamples(l *words.Language, d *cloudseed.Device) []sample {
	none := attachedScreen{ID: "x", Wallet: d.Name, Example: "~/.lnd/data/chain/bitcoin/mainnet/channel.backup"}
	some := none
	some.Version, some.Sealed, some.Size = 7, l.Moment(sampleTime), "64 KB"
	some.Places = []proofOf{{"Google Drive", evidence(l, "Read back, the same", sampleTime)}, {"USB stick", proof{What: "This version is not there yet"}}}
	some.Files = []attachedRow{
		{Name: "channel.backup", Path: "/home/sam/.lnd/data/chain/bitcoin/mainnet/channel.backup", Size: "12 KB"},
		{Name: "labels.jsonl", Path: "/home/sam/labels.jsonl", Size: "48 KB", Changed: true},
		{Name: "descriptors.json", Path: "/home/sam/descriptors.json", Size: "2 KB", New: true}}
	lost := some
	lost.Files = some.Files[:1]
	lost.Lost = []attachedRow{{Name: "labels.jsonl", Why: l.Say("Its path is not known here.")}, {Name: "descriptors.json", Path: "/media/sam/stick/descriptors.json", Why: l.Say("There is no file %s.", "/media/sam/stick/descriptors.json")}}
	trouble := some
	trouble.Trouble = &explain(l, &cloudseed.PlaceError{Place: "USB stick", Err: store.ErrGone}).Message
	stopped := some
	stopped.Files = nil
	about := func(screen attachedScreen, why ...words.Message) page {
		if len(why) == 0 {
			return attachedPage(d, screen, nil)
		}
		screen.Typed = "channel.db"
		return attachedPage(d, screen, &problem{Message: why[0]})
	}
	return []sample{
		{"attached-none", "attached", about(none)},
		{"attached", "attached", about(some)},
		{"attached-stopped", "attached", about(stopped)},
		{"attached-lost", "attached", about(lost)},
		{"attached-trouble", "attached", about(trouble)},
		{"attached-dangerous", "attached", about(some, l.For(fmt.Errorf("%w: channel.db", cloudseed.ErrDangerous)))},
		{"attached-no-path", "attached", about(some, l.NotWhole("channel.db", none.Example))},
		{"attached-same-name", "attached", about(some, l.SameName("channel.backup", some.Files[0].Path))},
		{"attached-left-out", "attached", about(lost, l.LeftOut([]string{"labels.jsonl"}))},
	}
}
