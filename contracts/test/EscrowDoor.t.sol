// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Escrow} from "../src/tickets/Escrow.sol";
import {Test} from "./support/Test.sol";

/// @title The escrow alone, with callers whose rules are wrong
contract EscrowDoorTest is Test, Escrow {
    function release(uint256 sale, uint256 amount) external {
        _release(sale, amount);
    }

    function test_The_escrow_itself_lets_no_more_out_than_the_sale_holds() public {
        _hold(1, 10);
        _hold(2, 10);
        this.release(1, 4);
        vm.expectRevert(abi.encodeWithSelector(Escrow.EscrowExceeded.selector, 1));
        this.release(1, 7);
        this.release(1, 6);
        vm.assertEq(escrowOf(1), 0);
        vm.assertEq(escrowOf(2), 10);
    }
}
