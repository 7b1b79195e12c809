// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Sales} from "./Sales.sol";
import {SaleTerms} from "./SaleTerms.sol";

/// @title Who may pass a ticket on, until when and for what fee
/// @notice The rules are the terms' alone. A sale that refunds or has settled changes nothing about them: a refund goes to
/// whoever holds the ticket then, so what passes from hand to hand is that right.
abstract contract TransferRules is Sales {
    event TransferFeePaid(uint256 indexed ticket, address indexed payer, uint256 amount);

    error TransfersForbidden(uint256 ticket);
    error TransferFeeUnpaid(uint256 ticket, uint256 fee);
    /// @notice There is no fee, or it is paid already.
    error NoTransferFeeDue(uint256 ticket);

    /// @notice Pays for the next transfer of a ticket; anybody may. The fee is the payees' at once and no part of the face
    /// value: it pays for the transfer, which no refund undoes.
    function payTransferFee(uint256 ticket) external payable nonReentrant {
        _requireOwned(ticket);
        Ticket storage paidFor = _tickets[ticket];
        Sale storage sale = _sales[paidFor.sale];
        _requireTransferable(ticket, sale);
        uint256 fee = _transferFee(paidFor, sale);
        if (fee == 0 || paidFor.feePaid) revert NoTransferFeeDue(ticket);
        paidFor.feePaid = true;
        uint256 arrived = _take(sale.terms.currency, fee);
        _split(sale, arrived);
        emit TransferFeePaid(ticket, msg.sender, arrived);
    }

    /// @notice What the next transfer of a ticket costs; 0 if it is paid.
    function transferFeeOf(uint256 ticket) external view returns (uint256) {
        Ticket storage asked = _tickets[ticket];
        return asked.feePaid ? 0 : _transferFee(asked, _sales[asked.sale]);
    }

    /// @dev Neither a mint nor a burn is a transfer.
    function _update(address to, uint256 ticket, address auth) internal virtual override(ERC721) returns (address from) {
        from = super._update(to, ticket, auth);
        if (from == address(0) || to == address(0)) return from;
        Ticket storage moved = _tickets[ticket];
        Sale storage sale = _sales[moved.sale];
        _requireTransferable(ticket, sale);
        uint256 fee = _transferFee(moved, sale);
        if (fee == 0) return from;
        if (!moved.feePaid) revert TransferFeeUnpaid(ticket, fee);
        moved.feePaid = false;
    }

    function _requireTransferable(uint256 ticket, Sale storage sale) private view {
        uint8 rule = sale.terms.transfers;
        if (
            rule == SaleTerms.TRANSFERS_NEVER
                || (rule == SaleTerms.TRANSFERS_UNTIL_START && block.timestamp >= sale.terms.starts)
        ) revert TransfersForbidden(ticket);
    }

    /// @dev Rounded down: a fee of less than the smallest coin is none.
    function _transferFee(Ticket storage ticket, Sale storage sale) private view returns (uint256) {
        return uint256(ticket.face) * sale.terms.transferFee / SaleTerms.WHOLE;
    }
}
