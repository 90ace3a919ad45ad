//! The inspector, a page around the npm package.

use crate::{
    npm,
    shell::{Cmd, Result, root},
};

const PAGE: &str = "web-demo";

/// Builds the package, the painter and the page, into `web-demo/dist`.
pub(crate) fn build() -> Result {
    npm::build()?;
    assemble()
}

/// Builds the painter and the page around the package as it is.
pub(crate) fn assemble() -> Result {
    let pkg = root().join(PAGE).join("painter/pkg");
    npm::glue_of("npymap-painter", "web", "painter", &pkg)?;
    let module = pkg.join("painter_bg.wasm");
    Cmd::new("node")
        .args(["xtask/pack-npm.mjs", "optimise"])
        .arg(module)
        .run()?;
    npm::install_in(PAGE)?;
    npm::npm_in(PAGE, &["run", "--silent", "build"]).run()
}

/// Tests what of the page needs no browser. It has to be built.
pub(crate) fn test() -> Result {
    npm::npm_in(PAGE, &["test", "--silent"]).run()
}
