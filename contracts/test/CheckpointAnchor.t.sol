// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {CheckpointAnchor} from "../src/CheckpointAnchor.sol";
import {Test} from "./support/Test.sol";

contract CheckpointAnchorTest is Test {
    CheckpointAnchor private _anchor;
    // A constant would call the SHA-256 precompile wherever it is used, and forge would take that for the call it waits for.
    bytes32 private immutable ORIGIN = sha256("liveledger.example/main");
    bytes32 private constant ROOT = keccak256("root");

    function setUp() public {
        vm.warp(1_800_000_000);
        _anchor = new CheckpointAnchor();
    }

    function test_A_checkpoint_is_anchored_with_its_time_and_said_aloud() public {
        vm.expectEmit();
        emit CheckpointAnchor.CheckpointAnchored(address(this), ORIGIN, 7, ROOT);
        _anchor.submit(ORIGIN, 7, ROOT);
        (uint64 size, uint64 time, bytes32 root) = _anchor.latest(address(this), ORIGIN);
        vm.assertEq(size, 7);
        vm.assertEq(time, 1_800_000_000);
        vm.assertEq(root, ROOT);
        vm.assertEq(_anchor.rootAt(address(this), ORIGIN, 7), ROOT);
    }

    function test_What_was_never_anchored_reads_as_zeros() public view {
        (uint64 size, uint64 time, bytes32 root) = _anchor.latest(address(this), ORIGIN);
        vm.assertEq(size + time, 0);
        vm.assertEq(root, 0);
        vm.assertEq(_anchor.rootAt(address(this), ORIGIN, 7), 0);
    }

    function test_The_same_again_neither_fails_nor_speaks_nor_changes_the_time() public {
        _anchor.submit(ORIGIN, 7, ROOT);
        vm.warp(1_800_000_099);
        vm.recordLogs();
        _anchor.submit(ORIGIN, 7, ROOT);
        vm.assertEq(vm.getRecordedLogs().length, 0);
        (, uint64 time,) = _anchor.latest(address(this), ORIGIN);
        vm.assertEq(time, 1_800_000_000);
    }

    function test_An_old_checkpoint_may_be_repeated_and_the_last_one_stays() public {
        _anchor.submit(ORIGIN, 7, ROOT);
        _anchor.submit(ORIGIN, 9, keccak256("later"));
        _anchor.submit(ORIGIN, 7, ROOT);
        (uint64 size,, bytes32 root) = _anchor.latest(address(this), ORIGIN);
        vm.assertEq(size, 9);
        vm.assertEq(root, keccak256("later"));
    }

    function test_A_size_that_shrinks_is_refused() public {
        _anchor.submit(ORIGIN, 7, ROOT);
        vm.expectRevert(abi.encodeWithSelector(CheckpointAnchor.SizeMustGrow.selector, 7, 6));
        _anchor.submit(ORIGIN, 6, keccak256("smaller"));
    }

    function test_Another_root_of_an_anchored_size_is_refused() public {
        _anchor.submit(ORIGIN, 7, ROOT);
        _anchor.submit(ORIGIN, 9, keccak256("later"));
        vm.expectRevert(abi.encodeWithSelector(CheckpointAnchor.RootDiffers.selector, 7));
        _anchor.submit(ORIGIN, 7, keccak256("fork"));
        vm.expectRevert(abi.encodeWithSelector(CheckpointAnchor.RootDiffers.selector, 9));
        _anchor.submit(ORIGIN, 9, keccak256("fork"));
    }

    function test_Size_zero_and_a_root_of_zeros_are_refused() public {
        vm.expectRevert(CheckpointAnchor.SizeIsZero.selector);
        _anchor.submit(ORIGIN, 0, ROOT);
        vm.expectRevert(CheckpointAnchor.RootIsZero.selector);
        _anchor.submit(ORIGIN, 1, 0);
    }

    function test_The_largest_size_is_anchored_and_nothing_after_it() public {
        _anchor.submit(ORIGIN, type(uint64).max, ROOT);
        vm.expectRevert(
            abi.encodeWithSelector(CheckpointAnchor.SizeMustGrow.selector, type(uint64).max, type(uint64).max - 1)
        );
        _anchor.submit(ORIGIN, type(uint64).max - 1, ROOT);
    }

    function test_A_stranger_writes_under_its_own_name_alone() public {
        _anchor.submit(ORIGIN, 7, ROOT);
        vm.prank(address(0xbad));
        _anchor.submit(ORIGIN, 900, keccak256("forged"));
        (uint64 size,, bytes32 root) = _anchor.latest(address(this), ORIGIN);
        vm.assertEq(size, 7);
        vm.assertEq(root, ROOT);
        vm.assertEq(_anchor.rootAt(address(this), ORIGIN, 900), 0);
        vm.assertEq(_anchor.rootAt(address(0xbad), ORIGIN, 900), keccak256("forged"));
    }

    function test_Each_origin_has_a_row_of_its_own() public {
        _anchor.submit(ORIGIN, 7, ROOT);
        _anchor.submit(keccak256("another log"), 3, keccak256("small"));
        (uint64 size,,) = _anchor.latest(address(this), ORIGIN);
        vm.assertEq(size, 7);
    }

    /// @dev docs/formats/contracts.md; offline auditors compute these slots (eth_getProof).
    function test_The_storage_is_laid_out_as_the_format_says() public {
        _anchor.submit(ORIGIN, 7, ROOT);
        _anchor.submit(ORIGIN, 0x1122334455667788, keccak256("later"));
        bytes32 byOrigin = keccak256(abi.encode(ORIGIN, keccak256(abi.encode(address(this), uint256(0)))));
        vm.assertEq(vm.load(address(_anchor), keccak256(abi.encode(uint256(7), byOrigin))), ROOT);
        vm.assertEq(
            vm.load(address(_anchor), keccak256(abi.encode(uint256(0x1122334455667788), byOrigin))), keccak256("later")
        );
        bytes32 last = keccak256(abi.encode(ORIGIN, keccak256(abi.encode(address(this), uint256(1)))));
        vm.assertEq(
            vm.load(address(_anchor), last), bytes32(uint256(0x1122334455667788) | (uint256(1_800_000_000) << 64))
        );
    }

    /// forge-config: default.fuzz.runs = 256
    function testFuzz_Whatever_is_submitted_the_size_never_shrinks_and_no_root_changes(
        uint64[8] calldata sizes,
        bytes32[8] calldata roots
    ) public {
        uint64 largest = 0;
        for (uint256 i = 0; i < 8; ++i) {
            uint64 size = sizes[i] % 6;
            bytes32 before = _anchor.rootAt(address(this), ORIGIN, size);
            (bool done,) = address(_anchor).call(abi.encodeCall(_anchor.submit, (ORIGIN, size, roots[i])));
            bytes32 afterwards = _anchor.rootAt(address(this), ORIGIN, size);
            if (before != 0) vm.assertEq(before, afterwards);
            if (done && size > largest) largest = size;
            (uint64 latest,, bytes32 root) = _anchor.latest(address(this), ORIGIN);
            vm.assertEq(latest, largest);
            vm.assertEq(root, _anchor.rootAt(address(this), ORIGIN, latest));
        }
    }
}
