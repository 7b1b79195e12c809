// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Tickets} from "../src/Tickets.sol";
import {SaleState} from "../src/tickets/TicketTypes.sol";
import {Crowd} from "./support/Crowd.sol";
import {Test} from "./support/Test.sol";

/// @title What holds whatever a crowd does
contract EscrowLawsTest is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Crowd private _crowd;
    Tickets private _tickets;

    function setUp() public {
        _crowd = new Crowd();
        _crowd.setUp();
        _tickets = _crowd.book();
    }

    /// @dev forge asks for these two by name.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_crowd);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(_crowd);
        targets[0].selectors = new bytes4[](1);
        targets[0].selectors[0] = Crowd.act.selector;
    }

    /// @dev Of the chain's coin and two currencies that keep their word; the fourth one takes from whom it likes.
    function invariant_The_contract_holds_what_it_owes_in_each_currency() public view {
        for (uint256 i = 0; i < 3; ++i) {
            address currency = _crowd.currencies(i);
            uint256 held =
                currency == address(0) ? address(_tickets).balance : IERC20(currency).balanceOf(address(_tickets));
            vm.assertEq(held, _owed(currency), "held beside owed");
        }
    }

    function invariant_A_sale_pays_no_more_than_it_took_in() public view {
        for (uint256 sale = 1; sale <= _crowd.sales(); ++sale) {
            vm.assertLe(_crowd.paidOut(sale), _crowd.takenIn(sale), "paid beside taken in");
            vm.assertEq(_tickets.escrowOf(sale), _crowd.takenIn(sale) - _crowd.paidOut(sale), "the escrow");
        }
    }

    function invariant_Every_ticket_that_is_not_settled_can_be_refunded_in_full() public view {
        for (uint256 sale = 1; sale <= _crowd.sales(); ++sale) {
            if (_tickets.stateOf(sale) == SaleState.Settled) continue;
            uint256 due = 0;
            for (uint256 ticket = 1; ticket <= _crowd.lastTicket(); ++ticket) {
                (uint256 ofSale, uint128 face, uint128 paid,) = _tickets.ticketOf(ticket);
                if (ofSale == sale) due += face - paid;
            }
            vm.assertGe(_tickets.escrowOf(sale), due, "escrow beside refunds");
        }
    }

    function invariant_A_sale_that_refunds_pays_no_payee_and_one_that_settled_refunds_nobody() public view {
        vm.assertEq(_crowd.outOfTurn(), 0, "money moved out of turn");
        for (uint256 sale = 1; sale <= _crowd.sales(); ++sale) {
            vm.assertFalse(_crowd.everRefunding(sale) && _crowd.everSettled(sale), "both ends");
            if (_crowd.everRefunding(sale)) {
                vm.assertTrue(_tickets.stateOf(sale) == SaleState.Refunding, "it refunds no more");
                vm.assertEq(_crowd.proceeds(sale), 0, "proceeds of a sale that refunds");
            }
            if (_crowd.everSettled(sale)) {
                vm.assertTrue(_tickets.stateOf(sale) == SaleState.Settled, "it is settled no more");
            }
        }
    }

    function invariant_A_ticket_pays_back_its_face_value_once_and_nothing_is_left_of_one_that_is_gone() public view {
        for (uint256 ticket = 1; ticket <= _crowd.lastTicket(); ++ticket) {
            vm.assertLe(_crowd.refunds(ticket), 1, "refunds");
            uint256 paidBack = _crowd.outagesPaid(ticket) + _crowd.refundPaid(ticket);
            vm.assertLe(paidBack, _crowd.faceOf(ticket), "outages and refund beside the face value");
            if (!_crowd.gone(ticket)) continue;
            (uint256 sale, uint128 face, uint128 paid, uint64 claimedUntil) = _tickets.ticketOf(ticket);
            vm.assertEq(sale + face + paid + claimedUntil, 0);
            try _tickets.ownerOf(ticket) {
                vm.assertTrue(false, "a burned ticket has an owner");
            } catch {}
        }
    }

    /// @dev Without this the laws above might hold because nothing ever happened.
    function test_A_long_day_of_the_crowd_does_everything_at_least_once() public {
        for (uint256 i = 0; i < 2_500; ++i) {
            _crowd.act(uint256(keccak256(abi.encode(i))));
        }
        invariant_The_contract_holds_what_it_owes_in_each_currency();
        invariant_A_sale_pays_no_more_than_it_took_in();
        invariant_Every_ticket_that_is_not_settled_can_be_refunded_in_full();
        invariant_A_sale_that_refunds_pays_no_payee_and_one_that_settled_refunds_nobody();
        invariant_A_ticket_pays_back_its_face_value_once_and_nothing_is_left_of_one_that_is_gone();
        bytes32[14] memory actions = [
            bytes32("create"), "buy", "redeem", "fee", "move", "prove", "missed", "cancel", "settle", "refund", "burn",
            "claim", "withdraw", "refund of the rest"
        ];
        for (uint256 i = 0; i < 14; ++i) {
            vm.assertTrue(_crowd.done(actions[i]) > 0, string(abi.encodePacked(actions[i])));
        }
        vm.assertGt(_crowd.greedy().attempts(), 0);
    }

    function _owed(address currency) private view returns (uint256 sum) {
        for (uint256 sale = 1; sale <= _crowd.sales(); ++sale) {
            if (_tickets.termsOf(sale).currency == currency) sum += _tickets.escrowOf(sale);
        }
        for (uint256 i = 0; i < _crowd.persons(); ++i) {
            sum += _tickets.creditOf(_crowd.people(i), currency);
        }
    }
}
