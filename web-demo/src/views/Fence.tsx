// Keeps a fault of one part of the page from taking the rest with it.
import { Component, type ComponentChildren } from 'preact';

export class Fence extends Component<{ children: ComponentChildren }, { error: Error | null }> {
  override state = { error: null };

  static override getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render({ children }: { children: ComponentChildren }, { error }: { error: Error | null }): ComponentChildren {
    if (!error) return children;
    return (
      <div class="failure" role="alert">
        <h2>Something in this page went wrong</h2>
        <p class="failure-text">{error.message}</p>
        <p class="muted">The file is untouched. This is a fault of the page, not of the file.</p>
        <button type="button" class="primary" onClick={() => this.setState({ error: null })}>Try again</button>
      </div>
    );
  }
}
