package signin

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/cloudseed/cloudseed/store"
)

// revocations ask a provider to forget a sign-in. Microsoft has no way to be asked.
var revocations = map[Provider]func(a *Accounts, ctx context.Context, name string, kept *record) error{
	Google:  revokeGoogle,
	Dropbox: revokeDropbox,
}

// alone are the providers where revoking one sign-in ends no other one of that account.
var alone = map[Provider]bool{Dropbox: true}

// Drop forgets a sign-in that was given up before anything counted on it. It is revoked
// only where that ends no other device's: at Google the permission of all of them would
// end, and somebody who changed their mind on one does not mean that. It is forgotten even
// when the provider cannot be told; then err says why.
func (a *Accounts) Drop(ctx context.Context, name string) error {
	kept, err := a.load(name)
	if errors.Is(err, store.ErrSignedOut) {
		return nil
	}
	if err == nil && alone[kept.provider] {
		err = revocations[kept.provider](a, ctx, name, kept)
	}
	return errors.Join(err, a.session(name).forget())
}

// SignOut takes back the permission at the provider and forgets the account. It is
// forgotten here even when the provider cannot be told; then revoked is false and err says
// why. Microsoft has no way to be told: revoked is false and err nil. Either way the person
// can take the permission back at [Provider.ManageURL].
//
// At Google the permission of the client id ends for all devices and names of that account.
// Nobody signed in is not an error.
func (a *Accounts) SignOut(ctx context.Context, name string) (revoked bool, err error) {
	kept, err := a.load(name)
	if errors.Is(err, store.ErrSignedOut) {
		return false, nil
	}
	if err == nil && revocations[kept.provider] != nil {
		err = revocations[kept.provider](a, ctx, name, kept)
		revoked = err == nil
	}
	return revoked, errors.Join(err, a.session(name).forget())
}

// forget drops what is kept. It waits for a renewal under way, which would keep it again.
func (s *session) forget() error {
	if err := s.hold(context.Background()); err != nil {
		return err
	}
	defer s.release()
	unlock, err := s.accounts.lock(context.Background(), s.name)
	if err != nil {
		return err
	}
	defer unlock()
	s.current, s.unsaved = nil, nil
	if err := s.accounts.Keeper.Delete(s.name); err != nil {
		return keeperError(err)
	}
	return nil
}

// revokeGoogle sends the refresh token, with which all access tokens end (RFC 7009). It
// goes in the body: addresses are logged on the way. 400 says that it has ended already.
func revokeGoogle(a *Accounts, ctx context.Context, _ string, kept *record) error {
	form := strings.NewReader(url.Values{"token": {string(kept.refresh.Reveal())}}.Encode())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://oauth2.googleapis.com/revoke", form)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, err := a.post(a.direct(), r)
	if err != nil || status == http.StatusOK || status == http.StatusBadRequest {
		return err
	}
	return revokeRefused(Google, status)
}

const dropboxRevoke = "https://api.dropboxapi.com/2/auth/token/revoke"

// revokeDropbox asks in the name of the account: the refresh token ends with the access
// token. That nobody is signed in any more is as good.
func revokeDropbox(a *Accounts, ctx context.Context, name string, _ *record) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, dropboxRevoke, nil)
	if err != nil {
		return err
	}
	status, err := a.post(a.Client(name), r)
	if errors.Is(err, store.ErrSignedOut) || status == http.StatusOK {
		return nil
	}
	if err != nil {
		return err
	}
	return revokeRefused(Dropbox, status)
}

func revokeRefused(p Provider, status int) error {
	return store.Errorf("sign out", "", store.ErrRefused, "%s answered with %d %s", p.key(), status, http.StatusText(status))
}

// post sends r and returns the status of the answer, where that is not an error of its own.
func (a *Accounts) post(client *http.Client, r *http.Request) (status int, err error) {
	answer, err := client.Do(r)
	var own *store.Error
	if errors.As(err, &own) {
		return 0, own
	}
	if err != nil {
		return 0, networkError(r.Context(), err)
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	return answer.StatusCode, statusError(answer.StatusCode, answer.Header)
}
