package webapp

import (
	"strings"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed/internal/peer"
)

func (b *browser) restoreFromDropbox(d *device) {
	b.open(d.App)
	b.see("If this device is lost")
	b.press("Restore from the cloud")
	b.see("Where is your backup?")
	b.signInToDropbox("Dropbox", samantha) // hers is empty
	b.says("Signed in to Dropbox.")
	b.press("Look for backups")
	b.see("No backup found")
	b.picture("cloud-11-none")
	b.signInToDropbox("Another Dropbox account", alex)
	b.says("Dropbox a…x@example.com")
	b.press("Look for backups")
	b.see("Found a backup")
	b.picture("cloud-12-found")
	b.press("Samantha")
	b.see("Type your PIN")
	b.pad(testPIN)
	b.press("Restore")
	b.see("“Samantha” is back")
	b.says(testPrint)
	b.picture("cloud-13-restored")
	b.press("Done, forget the words here")
	b.says("The words are no longer in this app")
}

// restoreFrom restores from one cloud alone, on a computer that knows nothing.
func (b *browser) restoreFrom(d *device, title, host, end string, person func(tab *browser)) {
	b.t.Helper()
	b.open(d.App)
	b.see("If this device is lost")
	b.press("Restore from the cloud")
	b.see("Where is your backup?")
	b.press(title)
	b.see("Sign in to " + title)
	b.atProvider(title, host, end, person)
	b.says("Signed in to " + title + ".")
	b.press("Look for backups")
	b.see("Found a backup")
	b.press("Samantha")
	b.see("Type your PIN")
	b.pad(testPIN)
	b.press("Restore")
	b.see("“Samantha” is back")
	b.says(testPrint)
	b.press("Done, forget the words here")
	b.says("The words are no longer in this app")
}

// allowDrive is the person at Google's page.
func allowDrive(tab *browser) {
	tab.picture("cloud-04-google")
	tab.tick("specific Google Drive files")
	tab.press("Allow")
}

// signInApple is the person at Apple's page.
func signInApple(tab *browser) {
	tab.click(`//input[@name="account"]`)
	tab.typing(samantha)
	tab.click(`//input[@name="keep"]`)
	tab.press("Sign in")
}

// signInToDropbox follows a button to Dropbox's page and signs in there, with an account.
func (b *browser) signInToDropbox(button, account string) {
	b.t.Helper()
	defer peer.Alone(b.t, peer.DropboxPorts)()
	b.press(button)
	b.see("Sign in to Dropbox")
	b.atProvider("Dropbox", "www.dropbox.com", "Signed in", func(tab *browser) {
		tab.tick(account)
		tab.press("Allow")
	})
}

// signInToNextcloud names a server and signs in there, where the page stays.
func (b *browser) signInToNextcloud() {
	b.t.Helper()
	b.press("A Nextcloud")
	b.fill("Your Nextcloud", nextcloudHost)
	b.press("Sign in in the browser")
	b.see("Sign in to Nextcloud")
	b.press("Continue at Nextcloud")
	b.atTab("https://"+nextcloudHost+"/", func(tab *browser) {
		tab.press("Grant access")
		tab.see("Access granted")
	})
	b.says("Signed in to Nextcloud.")
	b.says("Account: s…a")
}

// leavesWaiting shows that a page that waits for a sign-in which is over, as that of a second
// tab can, does not wait for ever, and does not load itself again and again.
func (b *browser) leavesWaiting() {
	b.t.Helper()
	ask[bool](b, `window.waits = true,
		import(document.querySelector("script[src]").src.replace("app.js", "sign-in.js")).then((m) => {
			const list = document.createElement("ol");
			list.dataset.signIn = "steps?of=sign-in&after=0";
			m.default(list);
		}), true`)
	b.eventually("the page is asked for again", `document.readyState === "complete" && !window.waits`)
	b.see("Where should it be kept?")
}

// atProvider follows the link to a provider's page, which opens in a tab of its own, lets the
// person act there, and waits for the page that they come to, by its title.
func (b *browser) atProvider(title, host, end string, person func(tab *browser)) {
	b.t.Helper()
	b.press("Continue at " + title)
	b.atTab("https://"+host+"/", func(tab *browser) {
		person(tab)
		b.tab("http://127.0.0.1:", end)
	})
}

// atTab lets the person act in the tab with an address, which is closed afterwards.
func (b *browser) atTab(address string, person func(tab *browser)) {
	b.t.Helper()
	ctx, stop := chromedp.NewContext(b.ctx, chromedp.WithTargetID(b.tab(address, "")))
	defer stop()
	if _, err := chromedp.Run(ctx, chromedp.Title()); err != nil { // attaches, for as long as ctx lasts
		b.t.Fatal(err)
	}
	at := &browser{b.t, ctx, b.screen, b.dir}
	at.fit()
	person(at)
}

// tab waits for a tab with an address and a title.
func (b *browser) tab(address, title string) target.ID {
	b.t.Helper()
	var found target.ID
	until(b.t, "a tab at "+address+" "+title, func() bool {
		targets, err := chromedp.Targets(b.ctx)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, info := range targets {
			if info.Type == "page" && strings.HasPrefix(info.URL, address) && strings.Contains(info.Title, title) {
				found = info.TargetID
				return true
			}
		}
		return false
	})
	return found
}
