// What the page's other scripts give (docs/_static/cell_toolbar.js), and what the bundler leaves to the browser.
declare var glWords: Record<string, string> | undefined;

interface Window {
  glCells: {
    add(button: {
      label: string;
      on?: (code: any) => boolean;
      press: (code: any, say: (words: string) => void) => any;
    }): void;
    copied(text: string): Promise<boolean>;
  };
  glFrames: { live(figure: Element, record: any): () => void };
}
