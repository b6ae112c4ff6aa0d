package webapp

import "github.com/cloudseed/cloudseed"

// remember keeps what was restored. What this computer knew of the vault before stays where
// that is worth more, and is joined with the newer one otherwise.
func (a *App) remember(r *cloudseed.Restored) error {
	devices, err := a.Profile.Devices()
	if err != nil {
		return err
	}
	for _, d := range devices {
		if d.Vault == r.Device.Vault && !r.Follow(d, false) {
			return nil
		}
	}
	return a.Profile.Save(r.Device)
}
