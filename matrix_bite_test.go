package cloudseed

import (
	"errors"
	"strings"
	"testing"
)

// TestMatrixBites plays a change of PIN that does its steps in another order: the matrix must
// see it. With the steps in their own order, the same way of playing it, it sees nothing.
func TestMatrixBites(t *testing.T) {
	for _, c := range []struct {
		name  string
		after func(*Config, *Device) error // what follows once the new registration is sealed
		want  string                       // what the matrix must say; "" for nothing
	}{
		{"in its own order", inOrder, ""},
		{"the record is deleted before the upload is verified", recordFirst, "LOST: no PIN opens it"},
		{"the wallet part is removed before its record", walletPartFirst, "a wallet part was removed before its record"},
		{"the wallet part is removed before the new one is there", removeFirst, "claims to have read back"},
	} {
		t.Run(c.name, func(t *testing.T) {
			pr := procedure{name: c.name, before: made, run: simReordered(c.after), done: changed, undone: unchanged}
			_, failures := pr.matrix(t, func(f fault, w way) bool {
				afterSealing := strings.HasPrefix(f.step, "first") || strings.Contains(f.step, "Delete")
				return f.mode == diesAfter && w == restarts && afterSealing
			})
			seen := errors.Join(failures...)
			if c.want == "" && seen != nil {
				t.Error(seen)
			}
			if c.want != "" && (seen == nil || !strings.Contains(seen.Error(), c.want)) {
				t.Errorf("the matrix says %v, want %s", seen, c.want)
			}
		})
	}
}

func simReordered(after func(*Config, *Device) error) func(*process) (*Device, error) {
	return onDevice(func(p *process, d *Device) error {
		p.typed = append(p.typed, secondPIN)
		c := p.config()
		u, err := d.unlock(ctx, &c, Unlock{Wallet: p.wallet})
		if err != nil {
			return err
		}
		defer u.clear()
		if err := replace(ctx, &c, d, u, pinOf(secondPIN), Routine); err != nil {
			return err
		}
		return after(&c, d)
	})
}

func inOrder(c *Config, d *Device) error { return finish(ctx, c, d) }

func recordFirst(c *Config, d *Device) error {
	if _, err := d.Old[0].delete(ctx, c); err != nil {
		return err
	}
	return finish(ctx, c, d)
}

func walletPartFirst(c *Config, d *Device) error {
	if err := upload(ctx, c, d); err != nil {
		return err
	}
	d.sweep(ctx, c, &d.Old[0])
	return finish(ctx, c, d)
}

func removeFirst(c *Config, d *Device) error {
	for _, p := range c.Places {
		if err := sweepPlace(ctx, p.Store, &d.Old[0]); err != nil {
			return err
		}
	}
	return finish(ctx, c, d)
}
