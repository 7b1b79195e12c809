// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Sales} from "./Sales.sol";
import {SaleState} from "./TicketTypes.sol";

/// @title The end of a ticket, with its money or without
abstract contract Refunds is Sales {
    event TicketRefunded(uint256 indexed ticket, address indexed holder, uint256 amount);

    /// @notice Burns a ticket of a refunding sale and pays its face value, less what outages have paid of it.
    function refund(uint256 ticket, address to) external nonReentrant returns (uint256 amount) {
        _requireHolder(ticket);
        Ticket storage held = _tickets[ticket];
        uint256 sale = held.sale;
        address currency = _requireState(sale, SaleState.Refunding).terms.currency;
        amount = held.face - held.paid;
        _end(ticket);
        _release(sale, amount);
        emit TicketRefunded(ticket, msg.sender, amount);
        if (amount > 0) _pay(currency, to, amount);
    }

    /// @notice Gives a ticket up, for nothing. If its sale settles, its face value is the payees' like the others'; if the
    /// sale refunds, it stays here: no price is earned by a broadcast that fails.
    function burn(uint256 ticket) external nonReentrant {
        _requireHolder(ticket);
        _end(ticket);
    }

    function _end(uint256 ticket) private {
        delete _tickets[ticket];
        _burn(ticket);
    }
}
