// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {LedgerEntry} from "../src/ledger/LedgerEntry.sol";
import {Entries} from "./support/Entries.sol";
import {Test} from "./support/Test.sol";

contract LedgerEntryTest is Test {
    using Entries for Entries.Fields;

    function parse(bytes calldata entry) external pure returns (LedgerEntry.Facts memory) {
        return LedgerEntry.parse(entry);
    }

    function test_An_entry_of_version_1_is_read() public view {
        Entries.Fields memory fields = Entries.plain("broadcast/0a", "broadcast-started", 1_800_000_000_123_456);
        LedgerEntry.Facts memory facts = this.parse(fields.write());
        vm.assertEq(facts.stream, keccak256("broadcast/0a"));
        vm.assertEq(facts.kind, keccak256("broadcast-started"));
        vm.assertEq(facts.recordedAt, 1_800_000_000_123_456);
        vm.assertEq(facts.payloadDigest, fields.digest);
    }

    /// @dev Written by hand, so that the writer of these tests is not the only word on the layout.
    function test_An_entry_written_out_in_bytes_is_read() public view {
        bytes memory entry = hex"02" hex"000102030405060708090a0b0c0d0e0f" hex"0003" hex"612f62" hex"0000000000000007" hex"0001"
            hex"6b" hex"0002" hex"000664f0b3a5c640" hex"0006" hex"73797374656d" hex"11111111111111111111111111111111"
            hex"00000000000000000000000000000000"
            hex"d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1";
        LedgerEntry.Facts memory facts = this.parse(entry);
        vm.assertEq(facts.stream, keccak256("a/b"));
        vm.assertEq(facts.kind, keccak256("k"));
        vm.assertEq(facts.recordedAt, 0x000664f0b3a5c640);
        vm.assertEq(facts.payloadDigest, 0xd1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1);
    }

    function test_One_cause_is_enough_for_version_2_and_none_is_refused() public {
        Entries.Fields memory fields = _caused();
        fields.correlation = 0;
        vm.assertEq(this.parse(fields.write()).kind, keccak256("k"));
        fields.causation = 0;
        _refused(fields.write());
        fields.correlation = "c";
        vm.assertEq(this.parse(fields.write()).kind, keccak256("k"));
    }

    function test_Other_versions_and_no_bytes_at_all_are_refused() public {
        _refused("");
        for (uint256 version = 0; version < 256; ++version) {
            Entries.Fields memory fields = _caused();
            fields.version = uint8(version);
            if (version != 1 && version != 2) _refused(fields.write());
        }
    }

    function test_Every_entry_cut_short_is_refused() public {
        _refuseAllCuts(_caused().write());
        _refuseAllCuts(Entries.plain("stream/1", "kind", 7).write());
    }

    function test_Bytes_that_follow_are_refused() public {
        _refused(bytes.concat(_caused().write(), hex"00"));
        bytes memory plain = Entries.plain("stream/1", "kind", 7).write();
        _refused(bytes.concat(plain, hex"00"));
        _refused(bytes.concat(plain, new bytes(32)));
    }

    function test_An_empty_text_is_refused() public {
        Entries.Fields memory fields = _caused();
        fields.stream = "";
        _refused(fields.write());
        fields = _caused();
        fields.kind = "";
        _refused(fields.write());
        fields = _caused();
        fields.actor = "";
        _refused(fields.write());
    }

    function test_A_time_after_the_year_9999_is_refused() public {
        vm.assertEq(this.parse(Entries.plain("s", "k", 253_402_300_799_999_999).write()).recordedAt, 253_402_300_799_999_999);
        _refused(Entries.plain("s", "k", 253_402_300_800_000_000).write());
        _refused(Entries.plain("s", "k", type(uint64).max).write());
    }

    function test_An_entry_is_at_most_65535_bytes() public {
        Entries.Fields memory fields = Entries.plain("s", "k", 7);
        fields.actor = new bytes(65_535 - fields.write().length + fields.actor.length);
        vm.assertEq(fields.write().length, 65_535);
        vm.assertEq(this.parse(fields.write()).stream, keccak256("s"));
        fields.actor = bytes.concat(fields.actor, "x");
        _refused(fields.write());
    }

    /// @dev What a hostile actor or stream may hold: the bytes of a whole other entry behind a length of its choice.
    function test_A_text_cannot_bleed_into_the_next() public view {
        bytes memory wanted = bytes.concat(hex"0001", "s", new bytes(8), hex"0011", "broadcast-started");
        Entries.Fields memory fields = Entries.plain(bytes.concat("x", wanted), "other", 7);
        LedgerEntry.Facts memory facts = this.parse(fields.write());
        vm.assertEq(facts.stream, keccak256(fields.stream));
        vm.assertEq(facts.kind, keccak256("other"));
        fields = Entries.plain("s", "other", 7);
        fields.actor = bytes.concat(wanted, new bytes(10), hex"0001", "a");
        facts = this.parse(fields.write());
        vm.assertEq(facts.kind, keccak256("other"));
        vm.assertEq(facts.payloadDigest, fields.digest);
    }

    function test_A_length_that_points_past_the_end_is_refused() public {
        bytes memory entry = Entries.plain("stream/1", "kind", 7).write();
        // The stream's length: one less or more makes another entry of the rest, or none.
        entry[17] = 0xff;
        _refused(entry);
    }

    function testFuzz_What_is_written_is_read(
        bool caused,
        bytes calldata stream,
        bytes calldata kind,
        bytes calldata actor,
        uint64 recordedAt,
        bytes16 cause,
        bytes32 digest
    ) public view {
        vm.assume(stream.length > 0 && kind.length > 0 && actor.length > 0);
        vm.assume(stream.length + kind.length + actor.length < 60_000);
        if (cause == 0) cause = "c";
        Entries.Fields memory fields = Entries.Fields(
            caused ? 2 : 1, stream, 3, kind, 4, recordedAt % 253_402_300_800_000_000, actor, cause, 0, digest
        );
        LedgerEntry.Facts memory facts = this.parse(fields.write());
        vm.assertEq(facts.stream, keccak256(stream));
        vm.assertEq(facts.kind, keccak256(kind));
        vm.assertEq(facts.recordedAt, fields.recordedAt);
        vm.assertEq(facts.payloadDigest, digest);
    }

    /// @dev Any bytes: refused by name, or read as what writes to the same length. Never a panic.
    function testFuzz_Any_bytes_are_read_or_refused_by_name(bytes calldata junk) public view {
        bytes memory entry = bytes.concat(hex"01", junk);
        try this.parse(entry) returns (LedgerEntry.Facts memory facts) {
            vm.assertTrue(facts.stream != 0);
        } catch (bytes memory reason) {
            vm.assertEq(bytes32(reason), bytes32(LedgerEntry.MalformedEntry.selector));
        }
    }

    function _caused() private pure returns (Entries.Fields memory fields) {
        fields = Entries.plain("stream/1", "k", 7);
        (fields.version, fields.correlation, fields.causation) = (2, "c", "d");
    }

    function _refuseAllCuts(bytes memory entry) private {
        for (uint256 length = 0; length < entry.length; ++length) {
            bytes memory cut = new bytes(length);
            for (uint256 i = 0; i < length; ++i) {
                cut[i] = entry[i];
            }
            _refused(cut);
        }
    }

    function _refused(bytes memory entry) private {
        vm.expectRevert(LedgerEntry.MalformedEntry.selector);
        this.parse(entry);
    }
}
