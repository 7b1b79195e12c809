// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {GapPayload} from "../src/ledger/GapPayload.sol";
import {LowerHex} from "../src/ledger/LowerHex.sol";
import {Test} from "./support/Test.sol";

contract GapPayloadTest is Test {
    bytes16 private constant BROADCAST = 0x0199a0b1c2d3e4f5061728394a5b6c7d;
    bytes private constant PAYLOAD =
        '{"broadcast":"0199a0b1c2d3e4f5061728394a5b6c7d","from":"000001a3185c5000","until":"000001a3185c8710"}';

    function parse(bytes calldata payload, bytes16 broadcast) external pure returns (uint64, uint64) {
        return GapPayload.parse(payload, broadcast);
    }

    function test_A_payload_is_read() public view {
        (uint64 from, uint64 until) = this.parse(PAYLOAD, BROADCAST);
        vm.assertEq(from, 0x1a3185c5000);
        vm.assertEq(until, 0x1a3185c8710);
    }

    function test_A_payload_of_another_broadcast_is_refused() public {
        vm.expectRevert(GapPayload.MalformedGap.selector);
        this.parse(PAYLOAD, 0x0199a0b1c2d3e4f5061728394a5b6c7e);
    }

    function test_Every_payload_with_another_byte_anywhere_is_refused_or_another_time() public {
        for (uint256 i = 0; i < 101; ++i) {
            bytes memory changed = PAYLOAD;
            changed[i] = changed[i] == "x" ? bytes1("y") : bytes1("x");
            vm.expectRevert();
            this.parse(changed, BROADCAST);
            // Upper case means the same number, and is another text.
            changed = PAYLOAD;
            if (changed[i] < "a" || changed[i] > "f") continue;
            changed[i] ^= 0x20;
            vm.expectRevert();
            this.parse(changed, BROADCAST);
        }
    }

    function test_A_payload_that_is_longer_or_shorter_is_refused() public {
        vm.expectRevert(GapPayload.MalformedGap.selector);
        this.parse(bytes.concat(PAYLOAD, " "), BROADCAST);
        bytes memory cut = PAYLOAD;
        assembly {
            mstore(cut, 100)
        }
        vm.expectRevert(GapPayload.MalformedGap.selector);
        this.parse(cut, BROADCAST);
        vm.expectRevert(GapPayload.MalformedGap.selector);
        this.parse("", BROADCAST);
    }

    function test_A_gap_without_length_or_backwards_is_refused() public {
        vm.expectRevert(GapPayload.MalformedGap.selector);
        this.parse(GapPayload.write(BROADCAST, 5, 5), BROADCAST);
        vm.expectRevert(GapPayload.MalformedGap.selector);
        this.parse(GapPayload.write(BROADCAST, 6, 5), BROADCAST);
    }

    function test_What_is_no_lower_case_hexadecimal_is_refused_by_name() public {
        bytes1[6] memory wrong = [bytes1("/"), ":", "`", "g", "A", 0x00];
        for (uint256 i = 0; i < 6; ++i) {
            bytes memory changed = PAYLOAD;
            changed[56] = wrong[i];
            vm.expectRevert(LowerHex.MalformedHex.selector);
            this.parse(changed, BROADCAST);
        }
    }

    function testFuzz_What_is_written_is_read(bytes16 broadcast, uint64 from, uint64 until) public view {
        vm.assume(from < until);
        (uint64 readFrom, uint64 readUntil) = this.parse(GapPayload.write(broadcast, from, until), broadcast);
        vm.assertEq(readFrom, from);
        vm.assertEq(readUntil, until);
    }
}
