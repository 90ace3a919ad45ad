//! What a program without the standard library must bring along.
//!
//! That library prints panics, for which the module would have to hold the text of each. Here a
//! panic, which no code should bring about, is a trap.

use core::panic::PanicInfo;

use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
