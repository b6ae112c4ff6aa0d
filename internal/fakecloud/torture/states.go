package main

import "time"

// What the providers' accounts hold, in bytes, unless they are full.
const (
	driveRoom   = 15 << 30
	dropboxRoom = 2 << 30
	graphRoom   = 5 << 30
	appleRoom   = 5 << 30
)

// calm ends what misbehaves. What was revoked stays so.
func (k *kit) calm() {
	k.cloud.Heal()
	k.skew(0)
	k.drive.Lag(0)
	k.drive.Twins(false)
	k.dropbox.Thaw(sam)
	k.dropbox.Thaw(alex)
	for _, s := range k.signIns {
		s.SetLife(time.Hour)
	}
	k.room(1)
}

// room sets what the accounts can hold: times the usual.
func (k *kit) room(times int64) {
	k.drive.Limit(times * driveRoom)
	for i, email := range []string{sam, alex} {
		k.dropbox.SetQuota(email, times*dropboxRoom)
		k.apple.SetQuota(email, int(times*appleRoom))
		k.graphs[i].SetCapacity(times * graphRoom)
	}
}

// expire ends all access tokens, and soon those that come.
func (k *kit) expire() {
	for _, s := range k.signIns {
		s.SetLife(5 * time.Second)
		s.Expire()
	}
}

// revoke ends all that anybody allowed.
func (k *kit) revoke() {
	for _, email := range []string{sam, alex} {
		for _, s := range k.signIns {
			s.Disconnect(email)
		}
		k.apple.SignOut(email)
	}
}

// stale lets listings show what was.
func (k *kit) stale() {
	k.drive.Lag(10 * time.Second)
	k.dropbox.Freeze(sam)
	k.dropbox.Freeze(alex)
}

// skew sets the clouds' clocks this far ahead of this computer's.
func (k *kit) skew(ahead time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.cloud.Skip(ahead - k.ahead)
	k.ahead = ahead
}
