// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Payee, Terms} from "./TicketTypes.sol";

/// @title What terms a sale may have
library SaleTerms {
    /// @notice Shares and fees are in parts of this.
    uint256 internal constant WHOLE = 10_000;
    uint16 internal constant MAX_TRANSFER_FEE = 5_000;
    uint256 internal constant MAX_PAYEES = 16;
    /// @dev Money must not be held for ever by a slip in a date.
    uint256 internal constant MAX_AHEAD = 400 days;
    uint8 internal constant TRANSFERS_NEVER = 0;
    uint8 internal constant TRANSFERS_UNTIL_START = 1;
    uint8 internal constant TRANSFERS_ALWAYS = 2;

    /// @notice The times are not in order, in the past, or too far ahead.
    error ScheduleRefused();
    /// @notice Submitter or origin is missing: nothing could ever start this sale.
    error LogMissing();
    error CurrencyRefused(address currency);
    error SupplyIsZero();
    error TransferRulesRefused();
    /// @notice 1 to 16 payees, none of them zero or this contract, whose shares are a whole.
    error PayeesRefused();

    function check(Terms calldata terms, Payee[] calldata payees) internal view {
        if (
            terms.saleOpens >= terms.saleCloses || terms.saleCloses > terms.ends || terms.starts >= terms.ends
                || terms.starts > terms.startDeadline || terms.startDeadline > terms.ends
                || terms.ends >= terms.claimDeadline || terms.saleCloses <= block.timestamp
                || terms.startDeadline <= block.timestamp || terms.claimDeadline > block.timestamp + MAX_AHEAD
                || terms.ends - terms.starts > MAX_AHEAD
        ) revert ScheduleRefused();
        if (terms.submitter == address(0) || terms.origin == 0) revert LogMissing();
        // What has no code cannot be money, and this contract's own tickets must not be.
        if (terms.currency != address(0) && (terms.currency.code.length == 0 || terms.currency == address(this))) {
            revert CurrencyRefused(terms.currency);
        }
        if (terms.supply == 0) revert SupplyIsZero();
        if (terms.transfers > TRANSFERS_ALWAYS || terms.transferFee > MAX_TRANSFER_FEE) revert TransferRulesRefused();

        if (payees.length == 0 || payees.length > MAX_PAYEES) revert PayeesRefused();
        uint256 sum = 0;
        for (uint256 i = 0; i < payees.length; ++i) {
            // This contract never withdraws: what it were due would lie here for ever.
            if (payees[i].to == address(0) || payees[i].to == address(this)) revert PayeesRefused();
            sum += payees[i].share;
        }
        if (sum != WHOLE) revert PayeesRefused();
    }
}
