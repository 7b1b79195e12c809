// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {CheckpointAnchor} from "../src/CheckpointAnchor.sol";
import {Test} from "./support/Test.sol";
import {TestLog} from "./support/TestLog.sol";

contract InclusionProofsTest is Test {
    uint64 private constant SIZES = 1_000;
    // A constant would call the SHA-256 precompile wherever it is used, and forge would take that for the call it waits for.
    bytes32 private immutable ORIGIN = sha256("liveledger.example/main");
    CheckpointAnchor private _anchor;
    TestLog private _log;

    function setUp() public {
        _anchor = new CheckpointAnchor();
        _log = new TestLog();
        for (uint64 size = 1; size <= SIZES; ++size) {
            _log.append(_entry(size - 1));
            _anchor.submit(ORIGIN, size, _log.root(size));
        }
    }

    function test_Proofs_of_sizes_1_to_1000_verify_and_mutated_ones_do_not() public view {
        for (uint64 size = 1; size <= SIZES; ++size) {
            // By a call of its own: what it takes of memory is given back.
            this.checkSize(size);
        }
    }

    function checkSize(uint64 size) external view {
        uint64[6] memory indexes =
            [0, size - 1, size / 2, (size - 1) / 3, size - 1 - (size - 1) % 8, _pick(size, size)];
        for (uint256 i = 0; i < 6; ++i) {
            _check(size, indexes[i]);
        }
    }

    function _check(uint64 size, uint64 index) private view {
        bytes32[] memory path = _log.path(index, size);
        bytes memory entry = _entry(index);
        vm.assertTrue(_proves(size, index, entry, path), "a proof as it should be");

        vm.assertFalse(_proves(size, index + 1, entry, path), "the index after it");
        if (index > 0) vm.assertFalse(_proves(size, index - 1, entry, path), "the index before it");
        vm.assertFalse(_proves(size, index ^ 0x8000000000000000, entry, path), "an index of the size's last bit");
        if (size < SIZES) vm.assertFalse(_proves(size + 1, index, entry, path), "the next size");
        if (size > 1) vm.assertFalse(_proves(size - 1, index, entry, path), "the size before");
        vm.assertFalse(_proves(size, index, bytes.concat(entry, hex"00"), path), "an entry with a byte more");
        entry[_pick(size + index, uint64(entry.length))] ^= 0x10;
        vm.assertFalse(_proves(size, index, entry, path), "an entry with another byte");
        entry = _entry(index);

        bytes32[] memory longer = new bytes32[](path.length + 1);
        for (uint256 i = 0; i < path.length; ++i) {
            longer[i] = path[i];
        }
        vm.assertFalse(_proves(size, index, entry, longer), "a path with a hash more");
        if (path.length == 0) return;
        uint256 changed = _pick(size * 7 + index, uint64(path.length));
        path[changed] ^= bytes32(uint256(1) << _pick(index, 255));
        vm.assertFalse(_proves(size, index, entry, path), "a path with another bit");
        path[changed] = longer[changed];
        if (path.length > 1) {
            uint256 other = changed == 0 ? 1 : changed - 1;
            (path[changed], path[other]) = (path[other], path[changed]);
            vm.assertFalse(_proves(size, index, entry, path), "a path in another order");
            (path[changed], path[other]) = (path[other], path[changed]);
        }
        assembly {
            mstore(path, sub(mload(path), 1))
        }
        vm.assertFalse(_proves(size, index, entry, path), "a path without its last hash");
    }

    /// @dev RFC 6962 §2.1: why leaves and nodes have prefixes.
    function test_A_node_cannot_be_shown_as_an_entry() public view {
        // The two halves of the tree of size 2, hashed as its root is; as an entry, behind 0x00.
        bytes memory node = abi.encodePacked(uint8(1), _leaf(0), _leaf(1));
        bytes32[] memory none = new bytes32[](0);
        vm.assertEq(sha256(node), _anchor.rootAt(address(this), ORIGIN, 2));
        vm.assertFalse(_proves(2, 0, node, none));
        vm.assertFalse(_proves(1, 0, node, none));
        // As a leaf of the tree of size 4 seen one level higher.
        bytes32[] memory upper = new bytes32[](1);
        upper[0] = sha256(abi.encodePacked(uint8(1), _leaf(2), _leaf(3)));
        vm.assertFalse(_proves(4, 0, abi.encodePacked(_leaf(0), _leaf(1)), upper));
        vm.assertFalse(_proves(4, 0, node, upper));
    }

    function test_An_index_outside_the_tree_proves_nothing() public view {
        bytes32[] memory none = new bytes32[](0);
        vm.assertTrue(_proves(1, 0, _entry(0), none));
        vm.assertFalse(_proves(1, 1, _entry(0), none));
        vm.assertFalse(_proves(1, type(uint64).max, _entry(0), none));
    }

    function test_A_size_that_is_not_anchored_proves_nothing() public view {
        vm.assertFalse(_proves(0, 0, _entry(0), new bytes32[](0)));
        vm.assertFalse(_proves(SIZES + 1, 0, _entry(0), _log.path(0, SIZES)));
        vm.assertFalse(
            _anchor.proves(address(0xbad), ORIGIN, SIZES, 0, _entry(0), _log.path(0, SIZES)), "of another submitter"
        );
        vm.assertFalse(
            _anchor.proves(address(this), keccak256("x"), SIZES, 0, _entry(0), _log.path(0, SIZES)), "of another log"
        );
    }

    /// @dev A perfect tree's root from one leaf and made-up siblings, by the index' bits.
    function testFuzz_Leaves_of_trees_of_any_power_of_two_verify(uint256 levels, uint64 index, bytes32 seed) public {
        levels = bound(levels, 1, 63);
        index = uint64(index & ((1 << levels) - 1));
        bytes32[] memory path = new bytes32[](levels);
        bytes32 hash = _leaf(5);
        for (uint256 i = 0; i < levels; ++i) {
            path[i] = keccak256(abi.encode(seed, i));
            hash = index >> i & 1 == 1
                ? sha256(abi.encodePacked(uint8(1), path[i], hash))
                : sha256(abi.encodePacked(uint8(1), hash, path[i]));
        }
        vm.prank(address(0xf022));
        _anchor.submit(ORIGIN, uint64(1) << uint64(levels), hash);
        vm.assertTrue(_anchor.proves(address(0xf022), ORIGIN, uint64(1) << uint64(levels), index, _entry(5), path));
        vm.assertFalse(
            _anchor.proves(address(0xf022), ORIGIN, uint64(1) << uint64(levels), index ^ 1, _entry(5), path)
        );
    }

    function test_The_last_leaf_of_the_largest_tree_verifies() public {
        // 2⁶⁴ - 1 leaves: the last has a sibling on each of 63 levels but the lowest, where it stands alone.
        bytes32 hash = _leaf(5);
        bytes32[] memory path = new bytes32[](63);
        for (uint256 i = 0; i < 63; ++i) {
            path[i] = keccak256(abi.encode(i));
            hash = sha256(abi.encodePacked(uint8(1), path[i], hash));
        }
        vm.prank(address(0xf022));
        _anchor.submit(ORIGIN, type(uint64).max, hash);
        vm.assertTrue(_anchor.proves(address(0xf022), ORIGIN, type(uint64).max, type(uint64).max - 1, _entry(5), path));
        vm.assertFalse(_anchor.proves(address(0xf022), ORIGIN, type(uint64).max, type(uint64).max, _entry(5), path));
    }

    function testFuzz_Bytes_that_nobody_logged_are_not_proven(
        uint64 size,
        uint64 index,
        bytes calldata entry,
        bytes32[] calldata path
    ) public view {
        vm.assertFalse(_proves(uint64(bound(size, 1, SIZES)), index, entry, path));
    }

    function _proves(uint64 size, uint64 index, bytes memory entry, bytes32[] memory path) private view returns (bool) {
        return _anchor.proves(address(this), ORIGIN, size, index, entry, path);
    }

    function _entry(uint64 index) private pure returns (bytes memory) {
        return abi.encodePacked("entry", index);
    }

    function _leaf(uint64 index) private pure returns (bytes32) {
        return sha256(abi.encodePacked(uint8(0), _entry(index)));
    }

    function _pick(uint64 seed, uint64 below) private pure returns (uint64) {
        return uint64(uint256(keccak256(abi.encode(seed)))) % below;
    }
}
