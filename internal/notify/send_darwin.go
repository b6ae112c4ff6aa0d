package notify

import (
	"context"
	"errors"
	"os/exec"
)

func send(ctx context.Context, title, text string) error {
	line := osascript(title, text)
	if err := exec.CommandContext(ctx, line[0], line[1:]...).Run(); err != nil {
		return errors.Join(ErrNoDesktop, err)
	}
	return nil
}
